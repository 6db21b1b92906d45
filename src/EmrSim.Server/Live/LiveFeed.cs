using System.Collections.Concurrent;
using System.Diagnostics;
using EmrSim.Server.Http;
using EmrSim.Server.Traces;
using EmrSim.SessionStore.Feed;
using Microsoft.Extensions.Logging.Abstractions;

namespace EmrSim.Server.Live;

/// <summary>
/// Tells committed changes to those who watch: first on this instance, then on the others, which are rung once however many watch
/// there. What is told here has been committed before.
/// </summary>
public sealed partial class LiveFeed
{
    private readonly ConcurrentDictionary<string, Topic> _topics = new(StringComparer.Ordinal);
    private readonly FleetBell? _bell;
    private readonly TimeProvider _clock;
    private readonly ILogger _log;

    /// <param name="bell">Rings the other instances; null when there can be none.</param>
    /// <param name="clock">Tells how late a change is.</param>
    /// <param name="log">Told of what other instances bring, at the level debug.</param>
    public LiveFeed(FleetBell? bell = null, TimeProvider? clock = null, ILogger<LiveFeed>? log = null)
    {
        _log = log ?? NullLogger<LiveFeed>.Instance;
        _bell = bell is { HasLines: true } ? bell : null;
        _clock = clock ?? TimeProvider.System;
        if (_bell is not null) _bell.Rang += Hear;
    }

    /// <summary>An encounter's state, phase or gate has changed, here or at another instance.</summary>
    public event Action<string>? EncounterChanged;

    /// <summary>The one way in.</summary>
    public void Publish(LiveEvent told)
    {
        ArgumentNullException.ThrowIfNull(told);
        if (told.Payload is Contracts.EncounterChange) EncounterChanged?.Invoke(told.EncounterId);
        if (_topics.TryGetValue(told.EncounterId, out var topic)) topic.Tell(told);
        if (_bell is null) return;
        using var span = ServerTraces.Begin("live_feed publish", ActivityKind.Producer);
        var words = RemoteEvent.Encode(told, Origin.Here(), FleetBell.LongestPayload);
        if (words.Length > 0) _bell.Ring(told.EncounterId, words);
    }

    /// <summary>Tells everyone who watches anything what the system can't do just now, or ok.</summary>
    public void AnnounceDegraded(string state)
    {
        foreach (var (id, topic) in _topics) topic.Tell(new(id, 0, state));
    }

    internal IReadOnlyCollection<string> Watched => [.. _topics.Keys];

    internal LiveListener Listen(string encounterId)
    {
        while (true)
        {
            var topic = _topics.GetOrAdd(encounterId, static _ => new Topic());
            var listener = new LiveListener(gone => Leave(encounterId, topic, gone));
            if (!topic.TryAdd(listener)) continue;
            LiveMetrics.Joined();
            return listener;
        }
    }

    /// <summary>The log was seen to have grown to here. True when this instance had told less; its listeners then read the log.</summary>
    internal bool Seen(string encounterId, long lastSeq)
    {
        if (!_topics.TryGetValue(encounterId, out var topic) || !topic.Raise(lastSeq)) return false;
        topic.Tell(LiveEvent.Bell(encounterId));
        return true;
    }

    private void Hear(BellRing ring)
    {
        if (RemoteEvent.IsEncounterChange(ring.Payload.Span)) EncounterChanged?.Invoke(ring.Topic);
        if (!_topics.TryGetValue(ring.Topic, out var topic) || RemoteEvent.Decode(ring.Topic, ring.Payload.Span) is not { } heard) return;
        var lag = _clock.GetUtcNow().ToUnixTimeMilliseconds() - ring.SentMs;
        LiveMetrics.Lag(lag);
        // Words that were still being spoken then would come after those that were said.
        if (ring.IsLate && heard.Seq == 0) return;
        var origin = Origin.From(ring.Payload.Span);
        using var request = RequestId.Adopt(origin.RequestId);
        using var span = ServerTraces.Continue("live_feed deliver", ActivityKind.Consumer, origin)?.SetTag("emrsim.lag_ms", lag);
        LogHeard(heard.Seq, lag);
        if (heard.Told is { } told) topic.Tell(told);
        else Seen(ring.Topic, heard.Seq);
    }

    private void Leave(string encounterId, Topic topic, LiveListener gone)
    {
        LiveMetrics.Left();
        if (topic.Remove(gone)) _topics.TryRemove(new(encounterId, topic));
    }

    [LoggerMessage(151, LogLevel.Debug, "Change {Seq} of a watched encounter was brought from another instance {LagMs} ms after it was sent")]
    private partial void LogHeard(long seq, long lagMs);

    private sealed class Topic
    {
        private readonly Lock _lock = new();
        private LiveListener[] _listeners = [];
        private bool _closed;
        private long _highest;

        public bool TryAdd(LiveListener listener)
        {
            lock (_lock)
            {
                if (_closed) return false;
                _listeners = [.. _listeners, listener];
                return true;
            }
        }

        /// <summary>True when it was the last one.</summary>
        public bool Remove(LiveListener listener)
        {
            lock (_lock)
            {
                _listeners = [.. _listeners.Where(other => other != listener)];
                return _closed = _listeners.Length == 0;
            }
        }

        public void Tell(LiveEvent told)
        {
            if (told.Seq > 0) Raise(told.Seq);
            foreach (var listener in Volatile.Read(ref _listeners)) listener.Offer(told);
        }

        public bool Raise(long seq)
        {
            lock (_lock)
            {
                if (seq <= _highest) return false;
                _highest = seq;
                return true;
            }
        }
    }
}
