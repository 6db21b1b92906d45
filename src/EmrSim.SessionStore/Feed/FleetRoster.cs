namespace EmrSim.SessionStore.Feed;

/// <summary>The other instances, as far as they have been heard lately.</summary>
internal sealed class FleetRoster(TimeProvider time)
{
    private static readonly TimeSpan s_present = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_forgotten = TimeSpan.FromMinutes(2);
    private readonly Lock _lock = new();
    private readonly Dictionary<ulong, Peer> _peers = [];

    /// <summary>Whether one of them does not trust the first line.</summary>
    public bool AnyInDoubt
    {
        get
        {
            lock (_lock)
            {
                foreach (var peer in _peers.Values)
                {
                    if (peer.Doubted != 0 && time.GetElapsedTime(peer.Doubted) < 2 * s_present) return true;
                }

                return false;
            }
        }
    }

    /// <summary>Whether one of them has fallen silent without saying goodbye: it may be dead, or only not be heard.</summary>
    public bool AnySilent
    {
        get
        {
            lock (_lock)
            {
                foreach (var peer in _peers.Values)
                {
                    if (time.GetElapsedTime(peer.Newest) > s_present) return true;
                }

                return false;
            }
        }
    }

    public int Present => PresentOn(null);

    /// <summary>How many have just been heard on this line, or on any.</summary>
    public int PresentOn(int? line)
    {
        lock (_lock)
        {
            var count = 0;
            foreach (var peer in _peers.Values)
            {
                var heard = line is { } one ? peer.HeardOn[one] : peer.HeardOn.Max();
                if (heard != 0 && time.GetElapsedTime(heard) < s_present) count++;
            }

            return count;
        }
    }

    /// <summary>Notes a beat. True when the instance had not been heard before.</summary>
    public bool Beat(in BellMessage beat, int line, bool ordersOneLane)
    {
        lock (_lock)
        {
            if (beat.Kind == BellMessageKind.LastBeat) return !_peers.Remove(beat.Sender);
            var isNew = !_peers.TryGetValue(beat.Sender, out var peer);
            peer ??= _peers[beat.Sender] = new();
            peer.HeardOn[line] = peer.Newest = time.GetTimestamp();
            peer.Doubted = beat.Kind == BellMessageKind.DoubtfulBeat ? peer.Newest : 0;
            for (var lane = 0; lane < beat.Counts.Length; lane++)
            {
                if (!ordersOneLane || lane == beat.Lane) peer.Lanes[lane].Claim(beat.Counts[lane]);
            }

            return isNew;
        }
    }

    /// <summary>Whether this ring was not heard before, on whichever line, and then whether a later one was.</summary>
    public (bool IsNew, bool IsLate) Hear(in BellMessage ring, int line)
    {
        lock (_lock)
        {
            if (!_peers.TryGetValue(ring.Sender, out var peer)) peer = _peers[ring.Sender] = new();
            peer.HeardOn[line] = peer.Newest = time.GetTimestamp();
            return peer.Lanes[ring.Lane].Hear(ring.Number);
        }
    }

    /// <summary>How many have rung without being heard.</summary>
    public int TakeMissed()
    {
        lock (_lock)
        {
            var missed = 0;
            foreach (var (sender, peer) in _peers)
            {
                foreach (var lane in peer.Lanes)
                {
                    if (lane.TakeMissed()) missed++;
                }

                if (time.GetElapsedTime(peer.Newest) > s_forgotten) _peers.Remove(sender);
            }

            return missed;
        }
    }

    private sealed class Peer
    {
        public long[] HeardOn { get; } = new long[2];

        public HeardRings[] Lanes { get; } = [.. Enumerable.Range(0, FleetBell.MostLanes).Select(static _ => new HeardRings())];

        public long Newest { get; set; }

        public long Doubted { get; set; }
    }
}
