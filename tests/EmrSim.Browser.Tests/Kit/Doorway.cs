using System.Net;
using System.Net.Sockets;

namespace EmrSim.Browser.Tests.Kit;

/// <summary>One address before several instances: each connection goes to the first that takes it, as behind a balancer.</summary>
public sealed class Doorway : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _closing = new();
    private readonly int[] _instances;
    private readonly Task _accepting;

    public Doorway(params int[] instances)
    {
        _instances = instances;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        _listener.Stop();
        await _accepting;
        _closing.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true) _ = CarryAsync(await _listener.AcceptTcpClientAsync(_closing.Token));
        }
        catch (Exception over) when (over is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The doorway closes.
        }
    }

    private async Task CarryAsync(TcpClient caller)
    {
        using (caller)
        using (var instance = await ConnectAsync())
        {
            if (instance is null) return;
            var (inside, outside) = (instance.GetStream(), caller.GetStream());
            try
            {
                await Task.WhenAny(outside.CopyToAsync(inside, _closing.Token), inside.CopyToAsync(outside, _closing.Token));
            }
            catch (Exception over) when (over is IOException or OperationCanceledException)
            {
                // One of the two is gone; the other learns it by the closing of both.
            }
        }
    }

    private async Task<TcpClient?> ConnectAsync()
    {
        foreach (var port in _instances)
        {
            var client = new TcpClient();
            try
            {
                await client.ConnectAsync(IPAddress.Loopback, port, _closing.Token);
                return client;
            }
            catch (SocketException)
            {
                client.Dispose();
            }
        }

        return null;
    }
}
