namespace EmrSim.Server.Live.SocketIo;

/// <summary>
/// What a client has not taken yet: bounded, in order, whichever transport takes it. It is taken in shares, so that a client on a slow
/// line is seen to take something all the time.
/// </summary>
internal sealed class OutgoingQueue(TimeProvider clock)
{
    private readonly Lock _lock = new();
    private readonly Queue<string> _packets = new();
    private TaskCompletionSource _filled = Signal();
    private TaskCompletionSource _taken = Signal();
    private int _characters;
    private bool _isPingDue;
    private bool _closed;

    /// <summary>False when it is full or closed.</summary>
    public bool TryAdd(string packet)
    {
        lock (_lock)
        {
            if (_closed || !HasRoom(packet)) return false;
            _packets.Enqueue(packet);
            _characters += packet.Length;
            _filled.TrySetResult();
            return true;
        }
    }

    /// <summary>Waits for room, as long as something is taken within <paramref name="patience"/> each time; then throws. False when it is closed.</summary>
    public async Task<bool> AddAsync(string packet, TimeSpan patience)
    {
        while (!TryAdd(packet))
        {
            Task taken;
            lock (_lock)
            {
                if (_closed) return false;
                if (HasRoom(packet)) continue;
                if (_taken.Task.IsCompleted) _taken = Signal();
                taken = _taken.Task;
            }

            await taken.WaitAsync(patience, clock);
        }

        return true;
    }

    /// <summary>A ping is no part of what waits: it is taken next, however much that is.</summary>
    public void AddPing()
    {
        lock (_lock)
        {
            _isPingDue = true;
            _filled.TrySetResult();
        }
    }

    /// <summary>The next share of what waits, as soon as there is something; nothing when it is closed and taken.</summary>
    public async Task<IReadOnlyList<string>> TakeAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            Task filled;
            lock (_lock)
            {
                if (_packets.Count > 0 || _isPingDue || _closed) return TakeShare();
                if (_filled.Task.IsCompleted) _filled = Signal();
                filled = _filled.Task;
            }

            await filled.WaitAsync(cancellationToken);
        }
    }

    /// <summary>The next share of what waits now.</summary>
    public IReadOnlyList<string> Take()
    {
        lock (_lock) return TakeShare();
    }

    public void Close()
    {
        lock (_lock)
        {
            _closed = true;
            _filled.TrySetResult();
            _taken.TrySetResult();
        }
    }

    // A packet that is longer than the bound passes alone.
    private bool HasRoom(string packet) =>
        _packets.Count == 0 || (_packets.Count < EngineLimits.MostWaitingPackets && _characters + packet.Length <= EngineLimits.MostWaitingCharacters);

    // Once it is closed nothing more can be asked for, so all that is left goes at once.
    private List<string> TakeShare()
    {
        // Alone, so that a slow line has it, and answers, before the next share.
        if (_isPingDue && !_closed)
        {
            _isPingDue = false;
            _taken.TrySetResult();
            return [EnginePacket.Ping];
        }

        var share = new List<string>();
        for (var length = 0; _packets.TryPeek(out var next) && (_closed || length == 0 || length + next.Length <= EngineLimits.LargestShare);)
        {
            share.Add(_packets.Dequeue());
            length += next.Length;
            _characters -= next.Length;
        }

        _taken.TrySetResult();
        return share;
    }

    private static TaskCompletionSource Signal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
