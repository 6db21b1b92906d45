using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Text;

namespace EmrSim.SessionStore.Memcached;

/// <summary>All keys of a memcached server, by its crawler (protocol.txt, "LRU Crawler", metadump), over a connection of its own.</summary>
internal static class KeyDump
{
    private const string Prefix = "key=";

    public static async IAsyncEnumerable<string> OfAsync(string host, int port, string? login, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(host, port, cancellationToken).ConfigureAwait(false);
        using var reader = new StreamReader(client.GetStream(), Encoding.UTF8);
        if (login is not null)
        {
            await SendAsync(client, $"set auth 0 0 {Encoding.UTF8.GetByteCount(login)}\r\n{login}\r\n", cancellationToken).ConfigureAwait(false);
            await reader.ReadLineAsync(cancellationToken).ConfigureAwait(false);
        }

        await SendAsync(client, "lru_crawler metadump all\r\n", cancellationToken).ConfigureAwait(false);
        while (await reader.ReadLineAsync(cancellationToken).ConfigureAwait(false) is { } line && line.StartsWith(Prefix, StringComparison.Ordinal))
            yield return Uri.UnescapeDataString(line[Prefix.Length..line.IndexOf(' ', StringComparison.Ordinal)]);
    }

    private static async Task SendAsync(TcpClient client, string text, CancellationToken cancellationToken) =>
        await client.GetStream().WriteAsync(Encoding.UTF8.GetBytes(text), cancellationToken).ConfigureAwait(false);
}
