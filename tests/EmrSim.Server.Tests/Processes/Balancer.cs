using System.Net;
using System.Net.Sockets;

namespace EmrSim.Server.Tests.Processes;

/// <summary>A load balancer that gives each new connection to the next server in turn, or all of one address to the same.</summary>
public sealed class Balancer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stopping = new();
    private readonly int[] _ports;
    private readonly bool _byAddress;
    private readonly Task _accepting;
    private int _next;

    public Balancer(bool byAddress, params ServerProcess[] servers)
    {
        (_byAddress, _ports) = (byAddress, [.. servers.Select(server => server.Port)]);
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Stop();
        await _accepting;
        _stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync(_stopping.Token);
                var turn = _byAddress ? ((IPEndPoint)client.Client.RemoteEndPoint!).Address.GetHashCode() & int.MaxValue : _next++;
                _ = CarryAsync(client, _ports[turn % _ports.Length]);
            }
        }
        catch (OperationCanceledException)
        {
        }
    }

    private async Task CarryAsync(TcpClient client, int port)
    {
        using (client)
        using (var server = new TcpClient())
        {
            try
            {
                await server.ConnectAsync(IPAddress.Loopback, port, _stopping.Token);
                await Task.WhenAny(
                    client.GetStream().CopyToAsync(server.GetStream(), _stopping.Token),
                    server.GetStream().CopyToAsync(client.GetStream(), _stopping.Token));
            }
            catch (Exception gone) when (gone is IOException or SocketException or OperationCanceledException)
            {
            }
        }
    }
}
