namespace EmrSim.Server.Live.SocketIo;

/// <summary>What one client, and all together, may ask of the server.</summary>
internal static class EngineLimits
{
    public const int LongestPayload = 100_000;
    public const int MostJoined = 50;
    public const int MostWaitingPackets = 256;
    public const int MostWaitingCharacters = 256 * 1024;

    /// <summary>How much is taken at once: what the slowest line that is borne carries within SOCKET_IO_SLOW_SECONDS.</summary>
    public const int LargestShare = 64 * 1024;

    public static readonly TimeSpan PingInterval = TimeSpan.FromSeconds(25);
    public static readonly TimeSpan PingTimeout = TimeSpan.FromSeconds(20);
    public static readonly TimeSpan UpgradeTimeout = TimeSpan.FromSeconds(10);

    /// <summary>How long the other side may take to say goodbye.</summary>
    public static readonly TimeSpan Goodbye = TimeSpan.FromSeconds(3);
}
