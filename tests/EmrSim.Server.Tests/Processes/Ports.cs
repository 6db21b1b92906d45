using System.Net;
using System.Net.Sockets;

namespace EmrSim.Server.Tests.Processes;

/// <summary>
/// Ports that nobody else gets: below those that the system gives to outgoing connections, and held for as long as the tests' process
/// runs, so that a server can come back on the one it had and two that start together never take each other's.
/// </summary>
public static class Ports
{
    private const int First = 15_000;
    private const int Last = 31_999;
    private static readonly Lock s_lock = new();
    private static readonly List<FileStream> s_held = [];
    private static int s_next = Random.Shared.Next(First, Last);

    public static int Take()
    {
        lock (s_lock)
        {
            for (var tried = 0; tried < Last - First; tried++)
            {
                s_next = s_next < Last ? s_next + 1 : First;
                if (TryHold(s_next)) return s_next;
            }
        }

        throw new InvalidOperationException($"No port from {First} to {Last} is free.");
    }

    private static bool TryHold(int port)
    {
        FileStream? file = null;
        try
        {
            var folder = Directory.CreateDirectory(Path.Combine(Path.GetTempPath(), $"emrsim-ports-{Environment.UserName}")).FullName;
            file = new(Path.Combine(folder, $"{port}"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            using var probe = new TcpListener(IPAddress.Loopback, port);
            probe.Start();
            s_held.Add(file);
            return true;
        }
        catch (Exception taken) when (taken is IOException or SocketException)
        {
            file?.Dispose();
            return false;
        }
    }
}
