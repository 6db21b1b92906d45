using System.Collections.Concurrent;
using System.Diagnostics;
using EmrSim.Bench.Server;

namespace EmrSim.Bench.Fleet;

/// <param name="At">When it was sent, as a timestamp.</param>
public readonly record struct Answered(long At, double Milliseconds, int Status);

/// <summary>
/// Voice handshakes at a steady pace that the fleet can keep, the token at one instance and the offer at the next: every request
/// needs the session store.
/// </summary>
public sealed class SteadyHandshakes : IAsyncDisposable
{
    private const int Callers = 8;
    private static readonly TimeSpan s_every = TimeSpan.FromMilliseconds(25);
    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentQueue<Answered> _answers = new();
    private readonly IReadOnlyList<ServerUnderLoad> _servers;
    private readonly string[] _sessions;
    private readonly Task _running;

    public SteadyHandshakes(IReadOnlyList<ServerUnderLoad> servers, string[] sessions)
    {
        (_servers, _sessions) = (servers, sessions);
        _running = Task.WhenAll(Enumerable.Range(0, Callers).Select(AskAsync));
    }

    public static int PerSecond => (int)(Callers / s_every.TotalSeconds);

    /// <summary>What was asked from one moment to another.</summary>
    public Answered[] Between(long from, long to) => [.. _answers.Where(answer => answer.At >= from && answer.At < to)];

    public async Task StopAsync()
    {
        await _stopping.CancelAsync();
        await _running;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _stopping.Dispose();
    }

    private async Task AskAsync(int caller)
    {
        var connections = await Task.WhenAll(_servers.Select(static server => CallerConnection.OpenAsync(server.Port)));
        try
        {
            await Task.Delay(s_every * caller / Callers, _stopping.Token);
            using var pace = new PeriodicTimer(s_every);
            for (var n = 0; await pace.WaitForNextTickAsync(_stopping.Token); n++)
            {
                // The token of one handshake is spent before the next is asked for.
                var session = _sessions[(caller + (n / 2 * Callers)) % _sessions.Length];
                var at = Stopwatch.GetTimestamp();
                var status = await connections[Load.Turn(caller, n, connections.Length)].AskAsync(n % 2 == 0 ? Requests.Token(session) : Requests.Sdp(session));
                _answers.Enqueue(new(at, Stopwatch.GetElapsedTime(at).TotalMilliseconds, status));
            }
        }
        catch (OperationCanceledException)
        {
            // Enough.
        }
        finally
        {
            foreach (var connection in connections) connection.Dispose();
        }
    }
}
