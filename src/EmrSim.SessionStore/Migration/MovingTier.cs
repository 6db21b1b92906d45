using System.Collections.Concurrent;
using EmrSim.SessionStore.Tiered;

namespace EmrSim.SessionStore.Migration;

/// <summary>
/// The first tier while the fleet moves to another server. Without a move it passes everything on. An instance that has not
/// looked for a while how far the move is leaves the server alone: the others no longer wait for it.
/// </summary>
internal sealed class MovingTier(IServerTier first, TimeProvider time) : IStoreTier, IManyAtOnce
{
    /// <summary>Less than <see cref="Fleet.FleetRoll.GoneAfter"/>, after which the others go on without this instance.</summary>
    internal static readonly TimeSpan BelievedFor = TimeSpan.FromSeconds(10);

    /// <summary>What the new server missed and gets again; more than that and the copy begins anew.</summary>
    private const int MostMissed = 10_000;

    private const int TooMany = -1;

    /// <summary>How long it is made up at one look, so that the next look does not stay away.</summary>
    private static readonly TimeSpan s_makeUpAtMost = TimeSpan.FromSeconds(1);

    /// <summary>
    /// The new server's share of the time of an operation that the old one decides. It is less than what a tier is left for as slow;
    /// what takes longer is made up at the next look.
    /// </summary>
    private static readonly TimeSpan s_mirrorPatience = TimeSpan.FromMilliseconds(100);

    private readonly ConcurrentDictionary<string, bool> _missed = new(StringComparer.Ordinal);
    private volatile State _state = new(MigrationPhase.Steady, first, null);
    private long _looked = time.GetTimestamp();
    private volatile bool _isBehind;
    private volatile bool _isBeyondCount;

    /// <summary>As of <see cref="IServerTier"/>, of the server that decides.</summary>
    public event Action? Ready;

    /// <summary>As of <see cref="IServerTier"/>, of the server that decides.</summary>
    public event Action<string>? Lost;

    private enum Decision
    {
        Set,
        Add,
        Replace,
    }

    public string Name => _state.Decider.Name;

    public MigrationPhase Phase => _state.Phase;

    /// <summary>How many keys the new server missed; -1 when they were too many to know.</summary>
    public int Missed => _isBeyondCount ? TooMany : _missed.Count;

    /// <summary>The server that the fleet moves from.</summary>
    public IServerTier Base => _state.Old;

    /// <summary>The server that the fleet moves to.</summary>
    public IServerTier? Target => _state.New;

    /// <summary>The server that decides now.</summary>
    public IServerTier Current => _state.Decider;

    /// <summary>Whether one server alone decides now.</summary>
    public bool AsksOne => _state is { Phase: not MigrationPhase.Dual, Decider.IsOne: true };

    /// <summary>Listens to a server's connection from now on.</summary>
    public void Hear(IServerTier server)
    {
        server.Ready += () =>
        {
            if (server == Current) Ready?.Invoke();
        };
        server.Lost += cause =>
        {
            if (server == Current) Lost?.Invoke(cause);
        };
    }

    /// <summary>It was just seen how far the move is.</summary>
    public void Looked() => Volatile.Write(ref _looked, time.GetTimestamp());

    public void Enter(MigrationPhase phase, IServerTier? target)
    {
        if (phase == MigrationPhase.Steady) target = null;
        if (target != _state.New) ForgetMissed();
        _state = new(phase, _state.Old, target);
    }

    /// <summary>The move is done: the new server is what the next move begins from. Gives the old one, to be closed.</summary>
    public IServerTier Settle()
    {
        var (_, old, target) = _state;
        _state = new(MigrationPhase.Steady, target!, null);
        ForgetMissed();
        return old;
    }

    /// <summary>Gives the new server what it missed while it was away, and tells whether it has everything now.</summary>
    public async Task<bool> MakeUpAsync(CancellationToken cancellationToken)
    {
        if (_state.New is not { } target) return true;
        var began = time.GetTimestamp();
        EntryRefusedException? refused = null;
        foreach (var key in _missed.Keys)
        {
            if (time.GetElapsedTime(began) > s_makeUpAtMost) break;
            // Before it is read: what is missed from now on is missed again.
            if (!_missed.TryRemove(key, out _)) continue;
            try
            {
                if (await _state.Old.GetAsync(key, cancellationToken).ConfigureAwait(false) is { } standing) await target.SetAsync(key, standing, cancellationToken).ConfigureAwait(false);
                _isBehind = false;
            }
            catch (EntryRefusedException problem)
            {
                // It does not keep the others from being made up.
                _missed.TryAdd(key, true);
                refused = problem;
            }
            catch
            {
                _missed.TryAdd(key, true);
                throw;
            }
        }

        return refused is null ? Missed == 0 : throw refused;
    }

    /// <summary>The copy begins anew: what was missed so far does not count.</summary>
    public void ForgetMissed()
    {
        _missed.Clear();
        (_isBehind, _isBeyondCount) = (false, false);
    }

    public ValueTask<Envelope?> GetAsync(string key, CancellationToken cancellationToken)
    {
        var state = Now();
        return state.Phase == MigrationPhase.Dual ? ReadBothAsync(state, key, cancellationToken) : state.Decider.GetAsync(key, cancellationToken);
    }

    public ValueTask<TierWrite> SetAsync(string key, Envelope envelope, CancellationToken cancellationToken)
    {
        var state = Now();
        return state.IsAlone ? state.Decider.SetAsync(key, envelope, cancellationToken) : WriteBothAsync(state, Decision.Set, key, envelope, default, cancellationToken);
    }

    public bool TakesMany => _state is { IsAlone: true, Decider: IManyAtOnce { TakesMany: true } };

    public async ValueTask<bool[]> SetManyAsync(IReadOnlyList<HeldEntry> entries, CancellationToken cancellationToken)
    {
        if (Now() is { IsAlone: true, Decider: IManyAtOnce { TakesMany: true } many }) return await many.SetManyAsync(entries, cancellationToken).ConfigureAwait(false);
        // A move has just begun.
        var written = new bool[entries.Count];
        for (var i = 0; i < written.Length; i++) written[i] = (await SetAsync(entries[i].Key, entries[i].Envelope, cancellationToken).ConfigureAwait(false)).Written;
        return written;
    }

    public ValueTask<TierWrite> AddAsync(string key, Envelope envelope, CancellationToken cancellationToken)
    {
        var state = Now();
        return state.IsAlone ? state.Decider.AddAsync(key, envelope, cancellationToken) : WriteBothAsync(state, Decision.Add, key, envelope, default, cancellationToken);
    }

    public ValueTask<TierWrite> ReplaceAsync(string key, Envelope envelope, Stamp expected, CancellationToken cancellationToken)
    {
        var state = Now();
        return state.IsAlone ? state.Decider.ReplaceAsync(key, envelope, expected, cancellationToken) : WriteBothAsync(state, Decision.Replace, key, envelope, expected, cancellationToken);
    }

    public ValueTask<StoreCounter> IncrementAsync(string key, long by, long expiresAtMs, CancellationToken cancellationToken)
    {
        var state = Now();
        return state.IsAlone ? state.Decider.IncrementAsync(key, by, expiresAtMs, cancellationToken) : IncrementBothAsync(state, key, by, expiresAtMs, cancellationToken);
    }

    public ValueTask<TierRemoval> RemoveAsync(string key, Envelope tombstone, CancellationToken cancellationToken)
    {
        var state = Now();
        return state.IsAlone ? state.Decider.RemoveAsync(key, tombstone, cancellationToken) : RemoveBothAsync(state, key, tombstone, cancellationToken);
    }

    public ValueTask<TimeSpan> ProbeAsync(CancellationToken cancellationToken) => _state.Decider.ProbeAsync(cancellationToken);

    public async ValueTask DisposeAsync()
    {
        if (_state.New is { } target) await target.DisposeAsync().ConfigureAwait(false);
        await _state.Old.DisposeAsync().ConfigureAwait(false);
    }

    private State Now() => time.GetElapsedTime(Volatile.Read(ref _looked)) < BelievedFor ? _state : throw new TierUnavailableException("not known whether the fleet has moved");

    private static ValueTask<TierWrite> WriteAsync(IStoreTier tier, Decision decision, string key, Envelope envelope, Stamp expected, CancellationToken cancellationToken) => decision switch
    {
        Decision.Set => tier.SetAsync(key, envelope, cancellationToken),
        Decision.Add => tier.AddAsync(key, envelope, cancellationToken),
        _ => tier.ReplaceAsync(key, envelope, expected, cancellationToken),
    };

    private static async ValueTask<Envelope?> ReadBothAsync(State state, string key, CancellationToken cancellationToken)
    {
        var here = await state.Old.GetAsync(key, cancellationToken).ConfigureAwait(false);
        var there = await state.New!.GetAsync(key, cancellationToken).ConfigureAwait(false);
        return there is { } newer && (here is not { } older || newer.Stamp > older.Stamp) ? there : here;
    }

    private async ValueTask<TierWrite> WriteBothAsync(State state, Decision decision, string key, Envelope envelope, Stamp expected, CancellationToken cancellationToken)
    {
        // What is added comes after a removal that the new server may not have been given yet.
        if (decision == Decision.Add && state.Phase == MigrationPhase.Dual && await state.Old.GetAsync(key, cancellationToken).ConfigureAwait(false) is { Kind: EntryKind.Tombstone } removed) expected = removed.Stamp;
        var here = await WriteAsync(state.Old, decision, key, envelope, expected, cancellationToken).ConfigureAwait(false);
        if (!here.Written) return here;
        if (state.Phase == MigrationPhase.Both)
        {
            await MirrorAsync(state.New!, key, envelope).ConfigureAwait(false);
            return here;
        }

        return await HalfDone.AlsoAsync(FollowAsync(state, decision, key, envelope, expected, cancellationToken)).ConfigureAwait(false);
    }

    private static async ValueTask<TierWrite> FollowAsync(State state, Decision decision, string key, Envelope envelope, Stamp expected, CancellationToken cancellationToken)
    {
        var there = await WriteAsync(state.New!, decision, key, envelope, expected, cancellationToken).ConfigureAwait(false);
        if (there.Written) return there;
        var standing = await state.New!.GetAsync(key, cancellationToken).ConfigureAwait(false);
        // What is older than what this comes after was only not brought there yet.
        if (standing is not { } other || (decision != Decision.Set && other.Stamp <= expected)) return await state.New.SetAsync(key, envelope, cancellationToken).ConfigureAwait(false);
        // Someone who has moved on already decided otherwise: the old server learns of it.
        await state.Old.ReplaceAsync(key, other, envelope.Stamp, cancellationToken).ConfigureAwait(false);
        return there;
    }

    private async ValueTask<StoreCounter> IncrementBothAsync(State state, string key, long by, long expiresAtMs, CancellationToken cancellationToken)
    {
        var here = await state.Old.IncrementAsync(key, by, expiresAtMs, cancellationToken).ConfigureAwait(false);
        var endsAtMs = here.ExpiresAt.ToUnixTimeMilliseconds();
        if (state.Phase == MigrationPhase.Dual)
        {
            var there = await HalfDone.AlsoAsync(state.New!.IncrementAsync(key, by, endsAtMs, cancellationToken)).ConfigureAwait(false);
            return there.Value > here.Value ? there : here;
        }

        // Only a new copy finds out by how much it is behind.
        if (!await TakesAsync(async () => await state.New!.IncrementAsync(key, by, endsAtMs, CancellationToken.None).ConfigureAwait(false)).ConfigureAwait(false)) _isBeyondCount = true;
        return here;
    }

    private async ValueTask<TierRemoval> RemoveBothAsync(State state, string key, Envelope tombstone, CancellationToken cancellationToken)
    {
        var here = await state.Old.RemoveAsync(key, tombstone, cancellationToken).ConfigureAwait(false);
        if (here.Newer is not null) return here;
        if (state.Phase == MigrationPhase.Both)
        {
            await MirrorAsync(state.New!, key, tombstone).ConfigureAwait(false);
            return here;
        }

        var there = await HalfDone.AlsoAsync(state.New!.RemoveAsync(key, tombstone, cancellationToken)).ConfigureAwait(false);
        return new(here.WasAlive || there.WasAlive, there.Newer, Math.Max(here.EndMs, there.EndMs));
    }

    private async ValueTask MirrorAsync(IServerTier target, string key, Envelope envelope)
    {
        if (await TakesAsync(async () => await target.SetAsync(key, envelope, CancellationToken.None).ConfigureAwait(false)).ConfigureAwait(false)) return;
        if (_missed.Count < MostMissed) _missed.TryAdd(key, true);
        else _isBeyondCount = true;
    }

    // The old server decides: that the new one is away, slow or refuses is no reason to refuse or to wait. Once it did not take
    // something it is asked no more until it was given what it missed. What it takes later does no harm: the newest wins there too.
    private async ValueTask<bool> TakesAsync(Func<Task> mirror)
    {
        if (_isBehind) return false;
        var taking = mirror();
        try
        {
            await taking.WaitAsync(s_mirrorPatience, time).ConfigureAwait(false);
            return true;
        }
        catch (Exception)
        {
            _isBehind = true;
            _ = taking.ContinueWith(static late => late.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            return false;
        }
    }

    private sealed record State(MigrationPhase Phase, IServerTier Old, IServerTier? New)
    {
        public bool IsAlone => Phase is MigrationPhase.Steady or MigrationPhase.Done;

        public IServerTier Decider => Phase == MigrationPhase.Done ? New! : Old;
    }
}
