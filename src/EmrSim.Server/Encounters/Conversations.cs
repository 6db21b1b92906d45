using System.Collections.Concurrent;
using EmrSim.Server.Http;

namespace EmrSim.Server.Encounters;

/// <summary>The messages under way on this instance: one at a time in each encounter, the others wait their turn.</summary>
internal sealed partial class Conversations(Answering answering, ILogger<Conversations> log)
{
    private const int MostWaiting = 16;
    private static readonly TimeSpan s_tryAgain = TimeSpan.FromSeconds(2);

    private readonly ConcurrentDictionary<(string EncounterId, string TurnId), Exchange> _exchanges = new();
    private readonly Dictionary<string, Queue> _queues = new(StringComparer.Ordinal);

    /// <summary>The exchange of this message: the one under way, or a new one. It goes on whoever watches.</summary>
    public Exchange Take(string encounterId, string turnId, string text)
    {
        lock (_queues)
        {
            if (_exchanges.TryGetValue((encounterId, turnId), out var running)) return running;
            var queue = _queues.GetValueOrDefault(encounterId) ?? (_queues[encounterId] = new());
            if (queue.Waiting >= MostWaiting) throw new ApiErrorException(new ApiError(StatusCodes.Status429TooManyRequests, "rate_limited", "Too many messages wait for an answer in this session.") { RetryAfter = s_tryAgain });
            queue.Waiting++;
            var exchange = new Exchange(text);
            _exchanges[(encounterId, turnId)] = exchange;
            queue.Last = RunAsync(queue.Last, encounterId, turnId, exchange);
            return exchange;
        }
    }

    private async Task RunAsync(Task before, string encounterId, string turnId, Exchange exchange)
    {
        await before.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        try
        {
            await answering.RunAsync(encounterId, turnId, exchange);
        }
        catch (ApiErrorException refused)
        {
            Fail(exchange, refused, refused.Error.Code);
        }
        catch (Exception failure)
        {
            LogFailed(failure);
            Fail(exchange, failure, "internal_error");
        }

        lock (_queues)
        {
            _exchanges.TryRemove((encounterId, turnId), out _);
            if (--_queues[encounterId].Waiting == 0) _queues.Remove(encounterId);
        }
    }

    private static void Fail(Exchange exchange, Exception failure, string code)
    {
        if (exchange.Begun.IsCompleted) exchange.Tell("error", new AnswerError(code, "The answer was not finished; send the message again with the same client_turn_id."));
        else exchange.Refuse(failure);
    }

    private sealed class Queue
    {
        public int Waiting { get; set; }

        public Task Last { get; set; } = Task.CompletedTask;
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "A message could not be answered")]
    private partial void LogFailed(Exception exception);
}
