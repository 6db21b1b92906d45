namespace EmrSim.SessionStore.Tiered;

/// <summary>One time through all that a lower tier holds, a page at a time, gone on with where it was left.</summary>
internal sealed class UpwardPass(TierSlot from, IFallbackTier lower, MoveUp moving, int page)
{
    private IAsyncEnumerator<IReadOnlyList<HeldEntry>>? _pages;
    private int _moved;
    private int _failed;

    /// <summary>Whether the last pass that came to its end could move nothing of what there was.</summary>
    public bool IsStuck { get; private set; }

    /// <summary>Moves the next page.</summary>
    /// <returns>How many entries there were; zero at the end of the pass.</returns>
    public async ValueTask<int> GoOnAsync(TierSlot top, CancellationToken cancellationToken)
    {
        _pages ??= lower.PagesAsync(page, cancellationToken).GetAsyncEnumerator(cancellationToken);
        var isMore = false;
        try
        {
            isMore = await _pages.MoveNextAsync().ConfigureAwait(false);
        }
        finally
        {
            if (!isMore) await EndAsync().ConfigureAwait(false);
        }

        if (!isMore)
        {
            await lower.RefreshAsync(byKey: true, cancellationToken).ConfigureAwait(false);
            return 0;
        }

        var held = _pages.Current;
        var failed = await moving.MoveAsync(from, top, held, cancellationToken).ConfigureAwait(false);
        (_moved, _failed) = (_moved + held.Count - failed, _failed + failed);
        return held.Count;
    }

    private async ValueTask EndAsync()
    {
        await _pages!.DisposeAsync().ConfigureAwait(false);
        _pages = null;
        // As when one of several servers is away, and its entries are what is left.
        IsStuck = _failed > 0 && _moved == 0;
        _moved = _failed = 0;
    }
}
