namespace EmrSim.Server.Live.SocketIo;

/// <summary>What a client has not taken yet: bounded, in order, whichever transport takes it.</summary>
internal sealed class OutgoingQueue
{
    private readonly Lock _lock = new();
    private readonly Queue<string> _packets = new();
    private TaskCompletionSource _filled = Signal();
    private TaskCompletionSource _emptied = Signal();
    private int _characters;
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

    /// <summary>Waits for room. False when it is closed.</summary>
    public async Task<bool> AddAsync(string packet, CancellationToken cancellationToken)
    {
        while (!TryAdd(packet))
        {
            Task emptied;
            lock (_lock)
            {
                if (_closed) return false;
                if (HasRoom(packet)) continue;
                if (_emptied.Task.IsCompleted) _emptied = Signal();
                emptied = _emptied.Task;
            }

            await emptied.WaitAsync(cancellationToken);
        }

        return true;
    }

    /// <summary>Everything that waits, as soon as there is something; nothing when it is closed and taken.</summary>
    public async Task<IReadOnlyList<string>> TakeAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            Task filled;
            lock (_lock)
            {
                if (_packets.Count > 0 || _closed) return TakeAll();
                if (_filled.Task.IsCompleted) _filled = Signal();
                filled = _filled.Task;
            }

            await filled.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Everything that waits now.</summary>
    public IReadOnlyList<string> Take()
    {
        lock (_lock) return TakeAll();
    }

    public void Close()
    {
        lock (_lock)
        {
            _closed = true;
            _filled.TrySetResult();
            _emptied.TrySetResult();
        }
    }

    // A packet that is longer than the bound passes alone.
    private bool HasRoom(string packet) =>
        _packets.Count == 0 || (_packets.Count < EngineLimits.MostWaitingPackets && _characters + packet.Length <= EngineLimits.MostWaitingCharacters);

    private string[] TakeAll()
    {
        var taken = _packets.ToArray();
        _packets.Clear();
        _characters = 0;
        _emptied.TrySetResult();
        return taken;
    }

    private static TaskCompletionSource Signal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
