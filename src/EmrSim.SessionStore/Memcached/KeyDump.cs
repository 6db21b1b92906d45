using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Text;
using EmrSim.SessionStore.Tiered;

namespace EmrSim.SessionStore.Memcached;

/// <summary>
/// All keys of a memcached server, by its crawler (protocol.txt, "LRU Crawler", metadump), over a connection of its own. Only what
/// ends with END is all of them.
/// </summary>
internal static class KeyDump
{
    private const string Prefix = "key=";
    private static readonly TimeSpan s_linePatience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_busyPatience = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(250);

    public static async IAsyncEnumerable<string> OfAsync(string host, int port, string? login, TimeProvider time, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(host, port, cancellationToken).AsTask().WaitAsync(s_linePatience, time, cancellationToken).ConfigureAwait(false);
        using var reader = new StreamReader(client.GetStream(), Encoding.UTF8);
        if (login is not null)
        {
            await SendAsync(client, $"set auth 0 0 {Encoding.UTF8.GetByteCount(login)}\r\n{login}\r\n", cancellationToken).ConfigureAwait(false);
            if (await LineAsync(reader, time, cancellationToken).ConfigureAwait(false) != "STORED") throw Incomplete("it refuses user or password");
        }

        var line = await FirstLineAsync(client, reader, time, cancellationToken).ConfigureAwait(false);
        while (line != "END")
        {
            if (line is null) throw Incomplete("the connection ended");
            if (!line.StartsWith(Prefix, StringComparison.Ordinal) || line.IndexOf(' ', StringComparison.Ordinal) is not (> 0 and var end)) throw Incomplete(line.Split(' ', 2)[0]);
            yield return Uri.UnescapeDataString(line[Prefix.Length..end]);
            line = await LineAsync(reader, time, cancellationToken).ConfigureAwait(false);
        }

        TierUnavailableException Incomplete(string why) => new($"memcached {host}:{port} did not tell all its keys ({why})");
    }

    // The crawler serves one at a time, its own housekeeping too.
    private static async Task<string?> FirstLineAsync(TcpClient client, StreamReader reader, TimeProvider time, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        while (true)
        {
            await SendAsync(client, "lru_crawler metadump all\r\n", cancellationToken).ConfigureAwait(false);
            var line = await LineAsync(reader, time, cancellationToken).ConfigureAwait(false);
            if (line?.StartsWith("BUSY", StringComparison.Ordinal) != true || time.GetElapsedTime(began) > s_busyPatience) return line;
            await Task.Delay(s_pause, time, cancellationToken).ConfigureAwait(false);
        }
    }

    private static async ValueTask<string?> LineAsync(StreamReader reader, TimeProvider time, CancellationToken cancellationToken)
    {
        var line = reader.ReadLineAsync(cancellationToken);
        return line.IsCompleted ? await line.ConfigureAwait(false) : await line.AsTask().WaitAsync(s_linePatience, time, cancellationToken).ConfigureAwait(false);
    }

    private static async Task SendAsync(TcpClient client, string text, CancellationToken cancellationToken) =>
        await client.GetStream().WriteAsync(Encoding.UTF8.GetBytes(text), cancellationToken).ConfigureAwait(false);
}
