namespace EmrSim.SessionStore.Feed;

/// <summary>Which rings of one sender on one lane have been heard: finds those that come twice and those that never come.</summary>
internal sealed class HeardRings
{
    // Further ahead than this is not out of order but lost.
    private const int MostBeyond = 512;

    // Looks between which a ring may still come on another line, after the first one did not take it in time.
    private const int Patience = 4;
    private readonly SortedSet<long> _beyond = [];
    private readonly long[] _claims = new long[Patience];
    private long _upTo = -1;
    private long _claimed;
    private int _looks;
    private bool _missed;

    /// <summary>Whether it was not heard before, and then whether a later one was.</summary>
    public (bool IsNew, bool IsLate) Hear(long number)
    {
        Begin(number - 1);
        if (number <= _upTo || !_beyond.Add(number)) return default;
        var isLate = _beyond.Max > number;
        Absorb();
        if (_beyond.Count > 0) Claim(_beyond.Max);
        if (_beyond.Count > MostBeyond) GiveUpUpTo(_beyond.Max);
        return (true, isLate);
    }

    /// <summary>The sender says that there have been so many.</summary>
    public void Claim(long number)
    {
        Begin(number);
        _claimed = Math.Max(_claimed, number);
    }

    /// <summary>Whether something that had been sent some looks ago has still not come.</summary>
    public bool TakeMissed()
    {
        ref var claim = ref _claims[_looks++ % Patience];
        if (_upTo >= 0 && _upTo < claim) GiveUpUpTo(claim);
        claim = _claimed;
        var missed = _missed;
        _missed = false;
        return missed;
    }

    // Whoever is heard for the first time may have rung before without being heard.
    private void Begin(long upTo)
    {
        if (_upTo >= 0) return;
        (_upTo, _missed) = (upTo, true);
    }

    private void GiveUpUpTo(long number)
    {
        (_upTo, _missed) = (number, true);
        Absorb();
    }

    private void Absorb()
    {
        while (_beyond.Count > 0 && _beyond.Min <= _upTo + 1)
        {
            _upTo = Math.Max(_upTo, _beyond.Min);
            _beyond.Remove(_beyond.Min);
        }
    }
}
