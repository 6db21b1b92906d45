using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace EmrSim.Server.Tests.Doctor;

/// <summary>
/// A foreign server that answers as it is told, as Redis and memcached do: with facts, clocks and delays that real ones can't be
/// brought to, and with lies.
/// </summary>
internal sealed class ToldServer : IAsyncDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentQueue<string> _asked = new();
    private readonly TcpListener _listener;
    private readonly Task _serving;

    public ToldServer(IPAddress? address = null)
    {
        _listener = new(address ?? IPAddress.Loopback, 0);
        _listener.Start();
        _serving = Task.Run(ServeAsync);
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>What INFO tells: at first nothing that anyone would complain of.</summary>
    public Dictionary<string, string> Facts { get; } = new()
    {
        ["redis_version"] = "7.0.15",
        ["redis_mode"] = "standalone",
        ["role"] = "master",
        ["used_memory"] = "500",
        ["maxmemory"] = "1000",
        ["maxmemory_policy"] = "noeviction",
        ["evicted_keys"] = "0",
        ["aof_enabled"] = "1",
        ["aof_last_write_status"] = "ok",
        ["rdb_last_bgsave_status"] = "ok",
        ["connected_clients"] = "10",
        ["maxclients"] = "100",
    };

    /// <summary>What memcached's stats tell beside the time.</summary>
    public Dictionary<string, string> Statistics { get; } = new() { ["evictions"] = "0", ["bytes"] = "500", ["limit_maxbytes"] = "1000", ["curr_connections"] = "10", ["max_connections"] = "100" };

    public TimeSpan Ahead { get; set; }

    public TimeSpan SlowBy { get; set; }

    /// <summary>An answer in the place of the usual one, or null for that.</summary>
    public Func<string, string?> Instead { get; set; } = static _ => null;

    public X509Certificate2? Certificate { get; set; }

    /// <summary>Every line that came, after TLS was agreed on when there is a certificate.</summary>
    public IReadOnlyCollection<string> Asked => _asked;

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _serving;
        _listener.Stop();
        _stopping.Dispose();
        Certificate?.Dispose();
    }

    private async Task ServeAsync()
    {
        var talks = new List<Task>();
        try
        {
            while (true) talks.Add(TalkAsync(await _listener.AcceptTcpClientAsync(_stopping.Token)));
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(talks);
        }
    }

    private async Task TalkAsync(TcpClient client)
    {
        try
        {
            using (client)
            {
                await using var stream = await OpenAsync(client.GetStream());
                using var reader = new StreamReader(stream, Encoding.ASCII);
                while (await ReadAsync(reader) is { } command) await stream.WriteAsync(Encoding.ASCII.GetBytes(await AnswerAsync(command)), _stopping.Token);
            }
        }
        catch (Exception over) when (over is OperationCanceledException or IOException or AuthenticationException)
        {
            // The other side has seen enough, or the test is over.
        }
    }

    private async Task<Stream> OpenAsync(NetworkStream stream)
    {
        if (Certificate is not { } certificate) return stream;
        var encrypted = new SslStream(stream);
        await encrypted.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = certificate }, _stopping.Token);
        return encrypted;
    }

    private async Task<string?> ReadAsync(StreamReader reader)
    {
        var line = await NextAsync(reader);
        if (line is null || !line.StartsWith('*')) return line;
        var words = new string?[int.Parse(line[1..], CultureInfo.InvariantCulture)];
        for (var i = 0; i < words.Length; i++)
        {
            await NextAsync(reader);
            words[i] = await NextAsync(reader);
        }

        return string.Join(' ', words);
    }

    private async Task<string?> NextAsync(StreamReader reader)
    {
        var line = await reader.ReadLineAsync(_stopping.Token);
        if (line is not null) _asked.Enqueue(line);
        return line;
    }

    private async Task<string> AnswerAsync(string command)
    {
        if (Instead(command) is { } other) return other;
        var now = TimeProvider.System.GetUtcNow() + Ahead;
        switch (command.Split(' ')[0])
        {
            case "PING":
                await Task.Delay(SlowBy, _stopping.Token);
                return "+PONG\r\n";
            case "INFO":
                var facts = string.Join("\r\n", Facts.Select(static fact => $"{fact.Key}:{fact.Value}"));
                return $"${facts.Length}\r\n{facts}\r\n";
            case "TIME":
                var micros = now.ToUnixTimeMilliseconds() % 1000 * 1000;
                return Texts($"{now.ToUnixTimeSeconds()}", $"{micros}");
            case "ROLE":
                return Texts(Facts["role"]);
            case "version":
                return "VERSION 1.6.18\r\n";
            case "stats":
                return $"STAT time {now.ToUnixTimeSeconds()}\r\n{string.Concat(Statistics.Select(static fact => $"STAT {fact.Key} {fact.Value}\r\n"))}END\r\n";
            case "AUTH" or "SET" or "GET" or "EVAL" or "DEL" or "PUBLISH":
                return "+OK\r\n";
            default:
                return "-ERR unknown command\r\n";
        }
    }

    /// <summary>An answer of several texts.</summary>
    public static string Texts(params string[] texts) => $"*{texts.Length}\r\n{string.Concat(texts.Select(static text => $"${text.Length}\r\n{text}\r\n"))}";
}
