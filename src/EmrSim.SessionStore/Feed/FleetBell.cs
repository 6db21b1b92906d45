using System.Security.Cryptography;
using Microsoft.Extensions.Logging;

namespace EmrSim.SessionStore.Feed;

/// <summary>
/// A doorbell that all instances of a fleet hear: over the session store's server while its echo comes back, over the database while
/// it does not. A ring says that something has been stored elsewhere, and may carry a little of it. It may come twice (told once), out
/// of order, or never; that one never came is found out from the number that it had, and told by <see cref="Missed"/>.
/// </summary>
/// <remarks>
/// However many listen on an instance, a ring is one publish. A line is believed only while this instance's own beats come back on
/// it. While it is in doubt, here or at another instance that says so, rings go to the next line too; so they do when a publish was
/// not answered in time or reached fewer instances than there are.
/// </remarks>
public sealed partial class FleetBell : IAsyncDisposable
{
    /// <summary>The longest payload in bytes; of a longer one only the ring itself is sent.</summary>
    public const int LongestPayload = 6000;

    internal const int MostLanes = 8;
    private static readonly TimeSpan s_tick = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_mendAfter = TimeSpan.FromSeconds(3);
    private readonly ulong _sender = BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(8));
    private readonly long[] _counts = new long[MostLanes];
    private readonly CancellationTokenSource _stopping = new();
    private readonly EchoWatch[] _lines;
    private readonly FleetRoster _roster;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private TaskCompletionSource _believed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _beating = Task.CompletedTask;
    private bool _missed;
    private int _disposed;

    internal FleetBell(IEnumerable<IBellLine> lines, TimeProvider time, ILogger log)
    {
        (_time, _log) = (time, log);
        _roster = new(time);
        _lines = [.. lines.Select(line => new EchoWatch(line, time))];
        for (var i = 0; i < _lines.Length; i++)
        {
            var index = i;
            _lines[i].Line.Heard += (lane, bytes) => Take(index, lane, bytes);
            _lines[i].Line.Lost += cause => Doubt(_lines[index], cause);
        }
    }

    /// <summary>Another instance has rung; told in the order of arrival, on the thread that carries all of them: be quick.</summary>
    public event Action<BellRing>? Rang;

    /// <summary>
    /// Rings may have been missed: a line was left or is believed again, another instance has rung without being heard, or appeared.
    /// Whatever is followed must be read again from where it is stored.
    /// </summary>
    public event Action? Missed;

    /// <summary>Whether there is any line, so that ringing reaches anyone at all.</summary>
    public bool HasLines => _lines.Length > 0;

    /// <summary>Whether a line is believed, so that nothing is missed without being noticed soon.</summary>
    public bool IsBelieved => _lines.Any(static line => line.IsBelieved);

    /// <summary>How it is now.</summary>
    public FleetBellStatus Status => new(
        !HasLines ? "alone" : _lines[0].IsBelieved ? "live" : IsBelieved ? "fallback" : "deaf",
        [.. _lines.Select(static line => new BellLineStatus(line.Line.Name, line.IsBelieved, Math.Round(line.LastEcho.TotalMilliseconds, 3), line.IsBelieved ? null : line.Line.Problem ?? "no echo", line.Since))],
        _roster.Present)
    {
        HasSilentPeer = _roster.AnySilent,
    };

    /// <summary>Tells all other instances, without waiting. Store first, then ring.</summary>
    /// <param name="topic">What about: a word without white space. Rings of one topic keep their order on a line.</param>
    /// <param name="payload">UTF-8 text, at most <see cref="LongestPayload"/> bytes; a longer one is left out.</param>
    public void Ring(string topic, ReadOnlyMemory<byte> payload)
    {
        ArgumentException.ThrowIfNullOrEmpty(topic);
        if (!HasLines) return;
        var lane = _lines[0].Line.Lanes is > 1 and var lanes ? (int)(Hash(topic) % (uint)lanes) : 0;
        var ring = new BellMessage(
            BellMessageKind.Ring, _sender, lane, Interlocked.Increment(ref _counts[lane]), _time.GetUtcNow().ToUnixTimeMilliseconds(), topic, payload.Length <= LongestPayload ? payload : default, []);
        _ = SendAsync(lane, ring.Encode());
    }

    internal async Task StartAsync(TimeSpan patience, CancellationToken cancellationToken)
    {
        if (!HasLines) return;
        foreach (var line in _lines) line.Line.Start();
        _beating = BeatAsync();
        await Task.WhenAny(_believed.Task, Task.Delay(patience, _time, cancellationToken)).ConfigureAwait(false);
    }

    /// <summary>Tells the others that this instance goes, and closes the lines.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0) return;
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _beating.ConfigureAwait(false);
        await Task.WhenAll(_lines.Where(static line => line.IsBelieved).Select(line => BeatOnAsync(line, BellMessageKind.LastBeat))).ConfigureAwait(false);
        foreach (var line in _lines) await line.Line.DisposeAsync().ConfigureAwait(false);
        _stopping.Dispose();
    }

    private async Task SendAsync(int lane, ReadOnlyMemory<byte> ring)
    {
        var alsoNext = !_lines[0].IsBelieved || _roster.AnyInDoubt;
        if (alsoNext && _lines.Length > 1) await TrySendAsync(_lines[1], lane, ring).ConfigureAwait(false);
        // Whether there is a peer that hears the first line must be known before it is rung.
        var expected = _roster.PresentOn(0) + 1;
        var (sent, receivers) = await TrySendAsync(_lines[0], lane, ring).ConfigureAwait(false);
        if (sent && receivers is { } some && some < expected) BellMetrics.FewerReceivers.Add(1);
        else if (sent) return;
        if (!alsoNext && _lines.Length > 1) await TrySendAsync(_lines[1], lane, ring).ConfigureAwait(false);
        // It is not known who lacks it: the others shall compare counts at once.
        _lines[0].Hurry();
    }

    private static async ValueTask<(bool Sent, long? Receivers)> TrySendAsync(EchoWatch line, int lane, ReadOnlyMemory<byte> message)
    {
        try
        {
            var receivers = await line.Line.SendAsync(lane, message).ConfigureAwait(false);
            BellMetrics.Sent.Add(1, new KeyValuePair<string, object?>("line", line.Line.Name));
            return (true, receivers);
        }
        catch (Exception)
        {
            // The next line, or the count in the next beat, makes up for it; also for a connection that was replaced just now.
            BellMetrics.Failed.Add(1, new KeyValuePair<string, object?>("line", line.Line.Name));
            return (false, null);
        }
    }

    private void Take(int index, int lane, ReadOnlyMemory<byte> bytes)
    {
        if (BellMessage.Decode(bytes) is not { } heard) return;
        var line = _lines[index];
        if (heard.Sender == _sender)
        {
            if (heard.Kind == BellMessageKind.Ring || !line.Echo(lane, heard.Number)) return;
            BellMetrics.Believed.Add(1, new KeyValuePair<string, object?>("line", line.Line.Name));
            LogBelieved(line.Line.Name, Math.Round(line.LastEcho.TotalMilliseconds, 1));
            foreach (var other in _lines) other.Hurry();
            Volatile.Write(ref _missed, true);
            _believed.TrySetResult();
            return;
        }

        if (heard.Kind != BellMessageKind.Ring)
        {
            if (_roster.Beat(heard, index, ordersOneLane: line.Line.Lanes > 1)) line.Hurry();
            return;
        }

        var name = new KeyValuePair<string, object?>("line", line.Line.Name);
        BellMetrics.Received.Add(1, name);
        var (isNew, isLate) = _roster.Hear(heard, index);
        if (isNew) Rang?.Invoke(new(heard.Topic, heard.Payload, heard.SentMs, isLate));
        else BellMetrics.Doubled.Add(1, name);
    }

    private void Doubt(EchoWatch line, string cause)
    {
        if (!line.Doubt()) return;
        BellMetrics.Believed.Add(-1, new KeyValuePair<string, object?>("line", line.Line.Name));
        if (_disposed == 0) LogDoubted(line.Line.Name, cause);
        foreach (var other in _lines) other.Hurry();
        Volatile.Write(ref _missed, true);
    }

    private async Task BeatAsync()
    {
        using var timer = new PeriodicTimer(s_tick, _time);
        var lastLook = _time.GetTimestamp();
        try
        {
            while (await timer.WaitForNextTickAsync(_stopping.Token).ConfigureAwait(false))
            {
                // A process that stood still has no right to blame the line for it.
                var stoodStill = _time.GetElapsedTime(lastLook) > 5 * s_tick;
                lastLook = _time.GetTimestamp();
                var anxious = !_lines[0].IsBelieved || _roster.AnyInDoubt;
                foreach (var line in _lines)
                {
                    if (!stoodStill && line.IsOverdue()) Doubt(line, "no echo");
                    line.MendWhenLongInDoubt(s_mendAfter);
                    if (line.IsBeatDue(anxious)) _ = BeatOnAsync(line, _lines[0].IsBelieved ? BellMessageKind.Beat : BellMessageKind.DoubtfulBeat);
                }

                Tell();
            }
        }
        catch (OperationCanceledException)
        {
        }
    }

    private void Tell()
    {
        var unheard = _roster.TakeMissed();
        if (unheard > 0) BellMetrics.Missed.Add(unheard);
        if (!Interlocked.Exchange(ref _missed, false) && unheard == 0) return;
        Missed?.Invoke();
    }

    private async Task BeatOnAsync(EchoWatch line, BellMessageKind kind)
    {
        var number = line.NextBeat();
        var sentMs = _time.GetUtcNow().ToUnixTimeMilliseconds();
        for (var lane = 0; lane < line.Line.Lanes; lane++)
        {
            var counts = new long[MostLanes];
            for (var i = 0; i < MostLanes; i++) counts[i] = Interlocked.Read(ref _counts[i]);
            var beat = new BellMessage(kind, _sender, lane, number, sentMs, "", default, counts);
            try
            {
                await line.Line.SendAsync(lane, beat.Encode()).ConfigureAwait(false);
            }
            catch (Exception) when (_disposed == 0 || kind == BellMessageKind.LastBeat)
            {
                // That it does not come back says more than why.
                return;
            }
        }
    }

    // string.GetHashCode differs from process to process.
    private static uint Hash(string topic)
    {
        var hash = 2166136261;
        foreach (var letter in topic) hash = (hash ^ letter) * 16777619;
        return hash;
    }

    [LoggerMessage(131, LogLevel.Information, "Fleet bell: {Line} is believed, its echo took {EchoMs} ms")]
    private partial void LogBelieved(string line, double echoMs);

    [LoggerMessage(132, LogLevel.Warning, "Fleet bell: {Line} is in doubt ({Cause})")]
    private partial void LogDoubted(string line, string cause);
}
