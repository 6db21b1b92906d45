using System.Threading.Channels;

namespace EmrSim.Server.Live;

/// <summary>One watcher's bounded share of an encounter's events. A slow one blocks nobody: it is told to read the log instead.</summary>
internal sealed class LiveListener(Action<LiveListener> leave) : IDisposable
{
    private const int MostWaiting = 256;
    private readonly Channel<LiveEvent> _events = Channel.CreateBounded<LiveEvent>(new BoundedChannelOptions(MostWaiting) { SingleReader = true });
    private int _behind;

    public ChannelReader<LiveEvent> Events => _events.Reader;

    public void Offer(LiveEvent told)
    {
        if (_events.Writer.TryWrite(told)) return;
        Volatile.Write(ref _behind, 1);

        // The reader may have taken everything between the two, and would wait beside the note for a word that may be the last. Either
        // there is room now, so that it wakes, or what it has yet to take was there after the note was made.
        _events.Writer.TryWrite(told);
    }

    /// <summary>Whether something was left out since the last time this was asked.</summary>
    public bool TakeBehind() => Interlocked.Exchange(ref _behind, 0) == 1;

    public void Dispose()
    {
        leave(this);
        _events.Writer.TryComplete();
    }
}
