using System.Collections.Concurrent;
using System.Data.Common;
using EmrSim.Contracts;
using EmrSim.Server.Encounters;
using EmrSim.Server.Http;
using EmrSim.Server.Transcripts;

namespace EmrSim.Server.Live.SocketIo;

/// <summary>The encounters that one client watches: each is told from its beginning and then live.</summary>
internal sealed class JoinedEncounters(
    EncounterRegister encounters, TranscriptLog transcripts, EncounterPump pump, Func<string, object, Task<bool>> emit, CancellationToken ended)
{
    private readonly ConcurrentDictionary<string, Watch> _watches = new(StringComparer.Ordinal);

    /// <summary>Answers, then tells. A client that wants no answer is joined as soon as the database can be asked again.</summary>
    public async Task JoinAsync(string id, bool isAnswered, Func<string?, Task> answer)
    {
        var error = await RefusalAsync(id, isAnswered);
        if (error is null) await LeaveAsync(id);
        await answer(error);
        if (error is not null || ended.IsCancellationRequested) return;
        var leaving = CancellationTokenSource.CreateLinkedTokenSource(ended);
        _watches[id] = new(leaving, pump.RunAsync(id, after: 0, TellAsync, leaving.Token));
    }

    public async Task LeaveAsync(string id)
    {
        if (_watches.TryRemove(id, out var watch)) await watch.EndAsync();
    }

    public async Task LeaveAllAsync()
    {
        foreach (var id in _watches.Keys) await LeaveAsync(id);
    }

    /// <summary>Tells what the client has missed. Null, or why not.</summary>
    public async Task<string?> CatchUpAsync(CatchupRequest request)
    {
        if (request.EncounterId.Length == 0) return "missing_session_id";
        try
        {
            if (await encounters.FindAsync(request.EncounterId, ended) is null) return "session_not_found";
            var turns = await transcripts.ReadChangesAsync(request.EncounterId, request.AfterSeq, long.MaxValue, ended);
            var missed = turns.Select(turn => turn.ToEntry(request.EncounterId)).Where(request.Wants).Where(IsSpoken).Select(ToWire);
            await emit("catchup-transcripts", new CaughtUp(request.EncounterId, [.. missed]));
            return null;
        }
        catch (Exception problem) when (problem is ApiErrorException or DbException)
        {
            return CodeOf(problem);
        }
        catch (OperationCanceledException) when (ended.IsCancellationRequested)
        {
            return null;
        }
    }

    private async Task<string?> RefusalAsync(string id, bool isAnswered)
    {
        if (id.Length == 0) return "missing_session_id";
        if (_watches.Count >= EngineLimits.MostJoined && !_watches.ContainsKey(id)) return "too_many_joined";
        try
        {
            return await encounters.FindAsync(id, ended) is null ? TranscriptErrors.SessionNotFound.Code : null;
        }
        catch (Exception problem) when (problem is ApiErrorException or DbException)
        {
            return isAnswered ? CodeOf(problem) : null;
        }
        catch (OperationCanceledException) when (ended.IsCancellationRequested)
        {
            return "closed";
        }
    }

    private static string CodeOf(Exception problem) => problem is ApiErrorException refused ? refused.Error.Code : "storage_unavailable";

    private Task<bool> TellAsync(LiveEvent told) => told.Payload switch
    {
        TranscriptEntry entry when IsSpoken(entry) => emit("transcript", ToWire(entry)),
        TranscriptErrorNotice notice => emit("transcript-error", notice),
        _ => Task.FromResult(true),
    };

    // What failed or was given up without words is nothing that these clients could show.
    private static bool IsSpoken(TranscriptEntry entry) => !string.IsNullOrWhiteSpace(entry.Text);

    private static TranscriptEntry ToWire(TranscriptEntry entry) => entry with { Source = "backend" };

    private sealed record Watch(CancellationTokenSource Leaving, Task Telling)
    {
        public async Task EndAsync()
        {
            await Leaving.CancelAsync();
            await Telling;
            Leaving.Dispose();
        }
    }
}
