using System.Runtime.CompilerServices;
using System.Text.Json;
using EmrSim.Server.Transcripts;

namespace EmrSim.Server.Encounters;

/// <param name="Name">turn, delta, media, done or error.</param>
public sealed record ExchangeEvent(string Name, JsonElement Data)
{
    public bool IsLast => Name is "done" or "error";
}

/// <summary>One message and its answer as they come about. Any number of requests may watch, each from the beginning.</summary>
internal sealed class Exchange(string text)
{
    private readonly Lock _lock = new();
    private readonly List<ExchangeEvent> _events = [];
    private TaskCompletionSource _more = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public string Text => text;

    /// <summary>What could be said before the first event: the refusal of the whole message, or nothing.</summary>
    public Task Begun => _begun.Task;

    private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Refuse(Exception refusal) => _begun.TrySetException(refusal);

    public void Tell(string name, object data)
    {
        TaskCompletionSource told;
        lock (_lock)
        {
            _events.Add(new(name, JsonSerializer.SerializeToElement(data, data.GetType(), RecordJson.Default)));
            (told, _more) = (_more, new(TaskCreationOptions.RunContinuationsAsynchronously));
        }

        _begun.TrySetResult();
        told.SetResult();
    }

    public async IAsyncEnumerable<ExchangeEvent> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (var next = 0; ; next++)
        {
            ExchangeEvent? told;
            while (!TryGet(next, out told, out var more)) await more.WaitAsync(cancellationToken);
            yield return told!;
            if (told!.IsLast) yield break;
        }
    }

    private bool TryGet(int index, out ExchangeEvent? told, out Task more)
    {
        lock (_lock)
        {
            told = index < _events.Count ? _events[index] : null;
            more = _more.Task;
            return told is not null;
        }
    }
}
