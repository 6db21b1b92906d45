using System.Buffers;
using System.IO.Pipelines;
using System.Net.Sockets;
using System.Text;
using System.Threading.Channels;

namespace EmrSim.SessionStore.Memcached;

/// <summary>
/// One connection to one server, shared by all callers: requests are written one after the other as they come, answers come in
/// the same order. Whatever goes wrong ends it, and with it everything that still waits.
/// </summary>
internal sealed class MemcachedConnection : IAsyncDisposable
{
    private const int MostWaiting = 10_000;
    private readonly Socket _socket;
    private readonly Channel<Request> _requests = Channel.CreateBounded<Request>(new BoundedChannelOptions(MostWaiting) { SingleReader = true });
    private readonly Channel<Request> _waiting = Channel.CreateUnbounded<Request>(new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });
    private readonly PipeReader _reader;
    private readonly PipeWriter _writer;
    private readonly Task _sending;
    private readonly Task _receiving;
    private readonly TaskCompletionSource<string> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private MemcachedConnection(Socket socket)
    {
        _socket = socket;
        var stream = new NetworkStream(socket, ownsSocket: true);
        _reader = PipeReader.Create(stream, new StreamPipeReaderOptions(bufferSize: 16 * 1024));
        _writer = PipeWriter.Create(stream, new StreamPipeWriterOptions(minimumBufferSize: 16 * 1024));
        _sending = SendAsync();
        _receiving = ReceiveAsync();
    }

    /// <summary>Completes with the cause once the connection is over.</summary>
    public Task<string> Ended => _ended.Task;

    public static async Task<MemcachedConnection> OpenAsync(string host, int port, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(host, port, cancellationToken).ConfigureAwait(false);
            return new(socket);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    public Task<MetaAnswer> AskAsync(string line) => AskAsync(Encoding.UTF8.GetBytes(line + "\r\n"), default);

    /// <summary>Sends a command, and the value that belongs to it when there is one; gives the answer.</summary>
    public Task<MetaAnswer> AskAsync(ReadOnlyMemory<byte> command, ReadOnlyMemory<byte> value)
    {
        var request = new Request(command, value);
        if (!_requests.Writer.TryWrite(request)) request.TrySetException(new IOException(_ended.Task.IsCompleted ? "The connection is over." : "Too many requests wait."));
        return request.Task;
    }

    public void End(string cause)
    {
        if (!_ended.TrySetResult(cause)) return;
        _requests.Writer.TryComplete();
        _socket.Close();
    }

    public async ValueTask DisposeAsync()
    {
        End("disposed");
        await _sending.ConfigureAwait(false);
        await _receiving.ConfigureAwait(false);
    }

    private async Task SendAsync()
    {
        try
        {
            while (await _requests.Reader.WaitToReadAsync().ConfigureAwait(false))
            {
                while (_requests.Reader.TryRead(out var request))
                {
                    _waiting.Writer.TryWrite(request);
                    _writer.Write(request.Command.Span);
                    if (request.HasValue)
                    {
                        _writer.Write(request.Value.Span);
                        _writer.Write("\r\n"u8);
                    }
                }

                await _writer.FlushAsync().ConfigureAwait(false);
            }
        }
        catch (Exception problem) when (problem is IOException or SocketException or ObjectDisposedException or InvalidOperationException)
        {
            End(problem.GetType().Name);
        }

        // Those that were never sent wait no longer.
        while (_requests.Reader.TryRead(out var request)) _waiting.Writer.TryWrite(request);
        _waiting.Writer.TryComplete();
    }

    private async Task ReceiveAsync()
    {
        var cause = "closed by the server";
        try
        {
            while (true)
            {
                var read = await _reader.ReadAsync().ConfigureAwait(false);
                var received = read.Buffer;
                while (MetaAnswer.TryTake(ref received, out var answer))
                {
                    if (!_waiting.Reader.TryRead(out var request)) throw new InvalidDataException("An answer that nobody asked for.");
                    request.TrySetResult(answer);
                }

                _reader.AdvanceTo(received.Start, received.End);
                if (read.IsCompleted) break;
            }
        }
        catch (Exception problem) when (problem is IOException or SocketException or ObjectDisposedException or InvalidOperationException)
        {
            cause = problem is InvalidDataException ? "not a memcached server" : problem.GetType().Name;
        }

        End(cause);
        await foreach (var request in _waiting.Reader.ReadAllAsync().ConfigureAwait(false)) request.TrySetException(new IOException($"The connection ended ({cause})."));
    }

    private sealed class Request(ReadOnlyMemory<byte> command, ReadOnlyMemory<byte> value) : TaskCompletionSource<MetaAnswer>(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        public ReadOnlyMemory<byte> Command => command;

        public ReadOnlyMemory<byte> Value => value;

        public bool HasValue => command.Span is [(byte)'m', (byte)'s', ..];
    }
}
