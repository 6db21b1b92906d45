using System.Net;
using System.Net.Sockets;
using System.Text;

namespace EmrSim.Browser.Tests.Kit;

/// <summary>One address before several instances, as behind a balancer: each connection goes to the first that takes it, or to them in turn.</summary>
public sealed class Doorway : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _closing = new();
    private readonly int[] _instances;
    private readonly Task _accepting;
    private int _turn;
    private volatile int _age;

    public Doorway(params int[] instances)
    {
        _instances = instances;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>Whether the instances take connections by turns.</summary>
    public bool TakesTurns { get; init; }

    /// <summary>Whether it is one of those that let no WebSocket through.</summary>
    public bool RefusesUpgrades { get; set; }

    /// <summary>How many were refused.</summary>
    public int Refused { get; private set; }

    /// <summary>What is connected now stays so and hears nothing any more, as after a laptop's sleep.</summary>
    public void StrandAll() => Interlocked.Increment(ref _age);

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
            var age = _age;
            try
            {
                // A browser begins each WebSocket on a connection of its own.
                var first = new byte[8192];
                var length = await outside.ReadAsync(first, _closing.Token);
                if (RefusesUpgrades && Encoding.ASCII.GetString(first, 0, length).Contains("Upgrade: websocket", StringComparison.OrdinalIgnoreCase))
                {
                    Refused++;
                    await outside.WriteAsync("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"u8.ToArray(), _closing.Token);
                    return;
                }

                await inside.WriteAsync(first.AsMemory(0, length), _closing.Token);
                await Task.WhenAny(PassAsync(outside, inside, age), PassAsync(inside, outside, age));
            }
            catch (Exception over) when (over is IOException or OperationCanceledException)
            {
                // One of the two is gone; the other learns it by the closing of both.
            }
        }
    }

    private async Task PassAsync(NetworkStream from, NetworkStream to, int age)
    {
        var bytes = new byte[16 * 1024];
        while (await from.ReadAsync(bytes, _closing.Token) is > 0 and var length)
            if (age == _age) await to.WriteAsync(bytes.AsMemory(0, length), _closing.Token);
    }

    private async Task<TcpClient?> ConnectAsync()
    {
        var begin = TakesTurns ? Interlocked.Increment(ref _turn) : 0;
        for (var i = 0; i < _instances.Length; i++)
        {
            var client = new TcpClient();
            try
            {
                await client.ConnectAsync(IPAddress.Loopback, _instances[(begin + i) % _instances.Length], _closing.Token);
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
