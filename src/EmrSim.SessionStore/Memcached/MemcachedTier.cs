using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using EmrSim.SessionStore.Tiered;
using Microsoft.Extensions.Logging;

namespace EmrSim.SessionStore.Memcached;

/// <summary>
/// Entries on one or several memcached servers, by the meta commands. Everything that depends on what is there is a loop of read
/// and compare-and-set, so that a write never replaces a newer one, however late it arrives.
/// </summary>
internal sealed class MemcachedTier : IServerTier
{
    private const int MostAttempts = 32;
    private const int Stripes = 64;
    private readonly MemcachedNode[] _nodes;
    private readonly NodeRing _ring;
    private readonly MemcachedMark _mark;
    private readonly Deadlines _deadlines;
    private readonly TimeProvider _time;
    private readonly StampClock _clock;
    private readonly SeenKeys _seen = new();
    private readonly string _url;
    private readonly string _probeKey;

    // Callers of one instance stand in line for a key, instead of making each other's compare-and-set fail.
    private readonly SemaphoreSlim[] _lines = [.. Enumerable.Range(0, Stripes).Select(static _ => new SemaphoreSlim(1, 1))];

    public MemcachedTier(StoreUrl url, Deadlines deadlines, Journal journal, StampClock clock, OutageReport report, uint instance, TimeProvider time, ILogger log)
    {
        (_deadlines, _time, _clock, _url) = (deadlines, time, clock, url.Masked);
        _probeKey = $"emrsim:probe:{instance:x8}";
        _nodes = [.. url.Endpoints.Select(endpoint => new MemcachedNode(endpoint.Host, endpoint.Port, url.User, url.Password, time, log) { BeforeUse = PrepareAsync, Changed = OnChanged })];
        _ring = new([.. _nodes.Select(static node => node.Name)]);
        _mark = new(this, journal, report, clock);
    }

    public event Action? Ready;

    public event Action<string>? Lost;

    public string Name => "memcached";

    public bool IsOne => _nodes.Length == 1;

    public ServerStatus Status => new(_nodes.All(static node => node.IsReady), _url, _nodes.Select(static node => node.Version).FirstOrDefault(static version => version is not null), Away, Since) { Kind = "memcached" };

    private string? Away => _nodes.Where(static node => !node.IsReady).Select(static node => $"{node.Name}: {node.LastError ?? "connecting"}").FirstOrDefault();

    private DateTimeOffset Since { get; set; }

    public long NowMs => _clock.NowMs;

    public async Task StartAsync(TimeSpan patience, CancellationToken cancellationToken)
    {
        Since = _time.GetUtcNow();
        foreach (var node in _nodes) node.Start();
        var began = _time.GetTimestamp();
        while (_nodes.Any(static node => !node.IsReady) && _time.GetElapsedTime(began) < patience) await Task.Delay(TimeSpan.FromMilliseconds(10), _time, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Whether this node is the key's own.</summary>
    public bool IsOn(MemcachedNode node, string key) => _nodes[_ring.NodeOf(key)] == node;

    public ValueTask<Envelope?> GetAsync(string key, CancellationToken cancellationToken) => LimitAsync(key, async connection =>
    {
        var (found, _) = await ReadAsync(connection, key).ConfigureAwait(false);
        if (found is not null) _seen.Note(key);
        return found is { Kind: EntryKind.Counter } ? null : found;
    }, cancellationToken);

    public ValueTask<Envelope?> PeekAsync(string key, CancellationToken cancellationToken) =>
        LimitAsync(key, async connection => (await ReadAsync(connection, key).ConfigureAwait(false)).Found, cancellationToken);

    public ValueTask<TierWrite> SetAsync(string key, Envelope envelope, CancellationToken cancellationToken) =>
        LimitAsync(key, connection => SetAsync(connection, key, envelope), cancellationToken);

    public async Task<TierWrite> SetAsync(MemcachedConnection connection, string key, Envelope envelope)
    {
        var encoded = envelope.Encode();
        // A key that is not there needs no look first.
        if (!_seen.Contains(key) && await StoreAsync(connection, key, encoded, envelope, null).ConfigureAwait(false))
        {
            _seen.Note(key);
            return TierWrite.Done;
        }

        for (var attempt = 0; attempt < MostAttempts; attempt++)
        {
            var (found, cas) = await ReadAsync(connection, key).ConfigureAwait(false);
            if (found is { Kind: not EntryKind.Counter } standing && standing.Stamp > envelope.Stamp) return new(false, standing.Stamp);
            if (await StoreAsync(connection, key, encoded, envelope, cas).ConfigureAwait(false)) return TierWrite.Over(found, envelope);
        }

        throw new TierContendedException();
    }

    public ValueTask<TierWrite> AddAsync(string key, Envelope envelope, CancellationToken cancellationToken) => LimitAsync(key, async connection =>
    {
        var encoded = envelope.Encode();
        Envelope? found = null;
        ulong? cas = null;
        for (var attempt = 0; attempt < MostAttempts; attempt++)
        {
            if (await StoreAsync(connection, key, encoded, envelope, cas).ConfigureAwait(false))
            {
                _seen.Note(key);
                return TierWrite.Over(found, envelope);
            }

            (found, cas, var isForeign) = await LookAsync(connection, key).ConfigureAwait(false);
            if (isForeign || found is { Kind: not EntryKind.Tombstone }) return TierWrite.Refused;
            if (found is { } tombstone && tombstone.Stamp > envelope.Stamp) return new(false, tombstone.Stamp);
        }

        throw new TierContendedException();
    }, cancellationToken);

    public ValueTask<TierWrite> ReplaceAsync(string key, Envelope envelope, Stamp expected, CancellationToken cancellationToken) => LimitAsync(key, async connection =>
    {
        var (found, cas) = await ReadAsync(connection, key).ConfigureAwait(false);
        if (found is not { Kind: EntryKind.Value } standing || standing.Stamp != expected) return TierWrite.Refused;
        return await StoreAsync(connection, key, envelope.Encode(), envelope, cas).ConfigureAwait(false) ? TierWrite.Over(found, envelope) : TierWrite.Refused;
    }, cancellationToken);

    public ValueTask<StoreCounter> IncrementAsync(string key, long by, long expiresAtMs, CancellationToken cancellationToken) => LimitAsync(key, async connection =>
    {
        var line = _lines[(uint)key.GetHashCode(StringComparison.Ordinal) % Stripes];
        await line.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            for (var attempt = 0; attempt < MostAttempts; attempt++)
            {
                var (found, cas, isForeign) = await LookAsync(connection, key).ConfigureAwait(false);
                if (isForeign || found is { Kind: EntryKind.Value }) throw new InvalidOperationException("The key holds a value, not a counter.");
                var (count, end) = found is { Kind: EntryKind.Counter } counter ? (checked(counter.ReadCounter() + by), counter.ExpiresAtMs) : (by, expiresAtMs);
                var envelope = Envelope.Counter(count, _clock.Next(), end);
                if (await StoreAsync(connection, key, envelope.Encode(), envelope, cas).ConfigureAwait(false)) return new StoreCounter(count, envelope.ExpiresAt);
            }
        }
        finally
        {
            line.Release();
        }

        throw new TierContendedException();
    }, cancellationToken);

    public ValueTask<TierRemoval> RemoveAsync(string key, Envelope tombstone, CancellationToken cancellationToken) => LimitAsync(key, async connection =>
    {
        for (var attempt = 0; attempt < MostAttempts; attempt++)
        {
            var (found, cas, isForeign) = await LookAsync(connection, key).ConfigureAwait(false);
            if (found is { Kind: not EntryKind.Counter } standing && standing.Stamp > tombstone.Stamp) return new TierRemoval(standing.Kind == EntryKind.Value, standing.Stamp);
            var lasting = tombstone with { ExpiresAtMs = Math.Max(tombstone.ExpiresAtMs, TierWrite.Over(found, tombstone).OldEndMs) };
            if (await StoreAsync(connection, key, lasting.Encode(), lasting, cas).ConfigureAwait(false)) return new TierRemoval(isForeign || found is { Kind: not EntryKind.Tombstone }, EndMs: lasting.ExpiresAtMs);
        }

        throw new TierContendedException();
    }, cancellationToken);

    /// <summary>Of the servers that are there; one that is away is left out until it is back.</summary>
    public async ValueTask<TimeSpan> ProbeAsync(CancellationToken cancellationToken)
    {
        var ready = _nodes.Where(static node => node.IsReady).ToList();
        if (ready.Count == 0) throw new TierUnavailableException(Away ?? "no server");
        var start = _time.GetTimestamp();
        foreach (var node in ready)
        {
            var written = new Envelope(EntryKind.Value, _clock.Next(), NowMs + 10_000, "probe"u8.ToArray());
            var connection = node.Connection;
            await WaitAsync(node, SetAsync(connection, _probeKey, written)).ConfigureAwait(false);
            var (read, _) = await WaitAsync(node, ReadAsync(connection, _probeKey)).ConfigureAwait(false);
            if (read is not { } found || found.Stamp < written.Stamp) throw new TierUnavailableException("does not keep what it is given");
            await WaitAsync(node, connection.AskAsync($"md {_probeKey}")).ConfigureAwait(false);
        }

        return _time.GetElapsedTime(start) / (4 * ready.Count);
    }

    public async ValueTask PrepareAsync(bool isAnew, CancellationToken cancellationToken)
    {
        foreach (var node in _nodes.Where(static node => node.IsReady)) await WaitAsync(node, _mark.CheckAsync(node, node.Connection, cancellationToken)).ConfigureAwait(false);
    }

    public async IAsyncEnumerable<string> KeysAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var node in _nodes)
        {
            await foreach (var key in KeyDump.OfAsync(node.Host, node.Port, node.Login, _time, cancellationToken).ConfigureAwait(false)) yield return key;
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in _nodes) await node.DisposeAsync().ConfigureAwait(false);
        foreach (var line in _lines) line.Dispose();
    }

    /// <summary>What is there, a counter too, and its version to the server; null for what is over or not ours.</summary>
    public async Task<(Envelope? Found, ulong? Cas)> ReadAsync(MemcachedConnection connection, string key)
    {
        var (found, cas, _) = await LookAsync(connection, key).ConfigureAwait(false);
        return (found, cas);
    }

    private async Task<(Envelope? Found, ulong? Cas, bool IsForeign)> LookAsync(MemcachedConnection connection, string key)
    {
        var answer = await connection.AskAsync($"mg {key} v c").ConfigureAwait(false);
        switch (answer.Code)
        {
            case MetaCode.Missing: return default;
            case MetaCode.Value when Envelope.Decode(answer.Value!) is { } found: return (found.ExpiresAtMs > NowMs ? found : null, answer.Cas, false);
            case MetaCode.Value: return (null, answer.Cas, true);
            default: throw new MemcachedRefusedException(answer.Text);
        }
    }

    // Without a version: only if nothing is there.
    private async Task<bool> StoreAsync(MemcachedConnection connection, string key, byte[] encoded, Envelope envelope, ulong? cas)
    {
        // The server ends lives by whole seconds, up to one too early: the envelope has the exact end.
        var seconds = (Math.Max(1, envelope.RemainingMs(NowMs)) / 1000) + 2;
        var condition = cas is { } version ? string.Create(CultureInfo.InvariantCulture, $"C{version}") : "ME";
        var command = Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"ms {key} {encoded.Length} T{seconds} {condition}\r\n"));
        var answer = await connection.AskAsync(command, encoded).ConfigureAwait(false);
        return answer.Code switch
        {
            MetaCode.Done => true,
            MetaCode.NotStored or MetaCode.Changed or MetaCode.NotFound => false,
            // It serves all others; see -I in docs/servers.md.
            MetaCode.Refused when answer.Text?.Contains("too large", StringComparison.Ordinal) == true => throw new EntryRefusedException("larger than the server's largest item"),
            _ => throw new MemcachedRefusedException(answer.Text),
        };
    }

    private ValueTask<T> LimitAsync<T>(string key, Func<MemcachedConnection, Task<T>> work, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var node = _nodes[_ring.NodeOf(key)];
        return WaitAsync(node, work(node.Connection));
    }

    private async ValueTask<T> WaitAsync<T>(MemcachedNode node, Task<T> work)
    {
        try
        {
            var result = await TimedWait<T>.For(work, _deadlines).ConfigureAwait(false);
            node.Note(answered: true);
            return result;
        }
        catch (TimeoutException)
        {
            node.Note(answered: false);
            throw;
        }
        catch (IOException)
        {
            throw new PartAwayException(node.Name, mayYetHappen: true);
        }
    }

    private Task<bool> PrepareAsync(MemcachedNode node, MemcachedConnection connection, CancellationToken cancellationToken) => _mark.CheckAsync(node, connection, cancellationToken);

    private void OnChanged(MemcachedNode node, string? cause)
    {
        Since = _time.GetUtcNow();
        if (cause is null) Ready?.Invoke();
        else if (_nodes.All(static other => !other.IsReady)) Lost?.Invoke(cause);
    }
}

/// <summary>Others were quicker again and again.</summary>
internal sealed class TierContendedException() : Exception("Too many write the same key at once.");

/// <summary>The server refused, with its own words.</summary>
internal sealed class MemcachedRefusedException(string? answer) : Exception(answer);
