using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace EmrSim.Fleet.Tests.Instances;

/// <summary>The network between one instance and Redis: carries, refuses, or carries nothing while it stays open.</summary>
public sealed class StoreLink : IAsyncDisposable
{
    private readonly ConcurrentDictionary<Socket, byte> _open = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly int _target;
    private readonly Task _accepting;
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private volatile TaskCompletionSource? _held;
    private volatile TaskCompletionSource? _answersHeld;
    private volatile bool _isCut;

    public StoreLink(int target)
    {
        _target = target;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Ends what is open, and every new connection at once.</summary>
    public void Cut()
    {
        _isCut = true;
        foreach (var socket in _open.Keys) socket.Close();
    }

    /// <summary>Nothing passes any more, and nobody is told.</summary>
    public void Hold() => _held ??= new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>What is asked still arrives, and is done; no answer comes back.</summary>
    public void HoldAnswers() => _answersHeld ??= new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Carries again, also what was held.</summary>
    public void Restore()
    {
        _isCut = false;
        Interlocked.Exchange(ref _held, null)?.SetResult();
        Interlocked.Exchange(ref _answersHeld, null)?.SetResult();
    }

    public async ValueTask DisposeAsync()
    {
        Restore();
        await _stopping.CancelAsync();
        _listener.Stop();
        Cut();
        await _accepting;
        _stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptSocketAsync(_stopping.Token);
                if (_isCut) client.Close();
                else _ = CarryAsync(client);
            }
        }
        catch (OperationCanceledException)
        {
            // The link is taken down.
        }
    }

    private async Task CarryAsync(Socket client)
    {
        using var server = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        client.NoDelay = true;
        _open[client] = _open[server] = 0;
        try
        {
            if (_held is { } held) await held.Task;
            await server.ConnectAsync(IPAddress.Loopback, _target, _stopping.Token);
            await Task.WhenAny(PassAsync(client, server), PassAsync(server, client, isAnswer: true));
        }
        catch (Exception gone) when (gone is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // Either side has left, or the link was cut.
        }
        finally
        {
            _open.TryRemove(client, out _);
            _open.TryRemove(server, out _);
            client.Close();
        }
    }

    private async Task PassAsync(Socket from, Socket to, bool isAnswer = false)
    {
        var buffer = new byte[16 * 1024];
        try
        {
            while (true)
            {
                var length = await from.ReceiveAsync(buffer, _stopping.Token);
                if (length == 0) return;
                if (_held is { } held) await held.Task;
                if (isAnswer && _answersHeld is { } answers) await answers.Task;
                for (var sent = 0; sent < length;) sent += await to.SendAsync(buffer.AsMemory(sent, length - sent), _stopping.Token);
            }
        }
        catch (Exception gone) when (gone is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // The other direction ends with this one.
        }
    }
}
