namespace EmrSim.SessionStore.Feed;

/// <summary>
/// A way on which every instance hears every other and itself. It promises nothing: what it carries may be lost, doubled or late,
/// and whether it carries anything at all is only known from one's own echo.
/// </summary>
internal interface IBellLine : IAsyncDisposable
{
    /// <summary>What was heard on a lane.</summary>
    event Action<int, ReadOnlyMemory<byte>>? Heard;

    /// <summary>It is known to be broken.</summary>
    event Action<string>? Lost;

    string Name { get; }

    /// <summary>How many channels it has; each may be lost alone.</summary>
    int Lanes { get; }

    /// <summary>How often an instance says that it is there, while all is well and while something is in doubt.</summary>
    (TimeSpan Calm, TimeSpan Anxious) Beat { get; }

    /// <summary>How old the newest echo may be.</summary>
    TimeSpan EchoWithin { get; }

    /// <summary>Why it can't be used just now, or null.</summary>
    string? Problem { get; }

    void Start();

    /// <summary>How many heard it, or null where that is not told. Throws when it was not sent, or not in time.</summary>
    ValueTask<long?> SendAsync(int lane, ReadOnlyMemory<byte> message);

    /// <summary>Nothing has been heard for long: begins anew.</summary>
    void Mend();
}
