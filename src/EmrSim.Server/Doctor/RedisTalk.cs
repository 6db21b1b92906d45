using System.Globalization;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace EmrSim.Server.Doctor;

/// <summary>
/// A plain connection to one server, step by step, so that it can be said at which step it fails and in which words. The client
/// library of the store hides both. What answers may be anything: neither its length nor its slowness is trusted.
/// </summary>
internal sealed class RedisTalk : IAsyncDisposable
{
    private const int LongestForeign = 60;
    private const int LongestAnswer = 4 * 1024 * 1024;
    private const int LongestLine = 65536;
    private const int Deepest = 8;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan s_whole = TimeSpan.FromSeconds(30);
    private readonly CancellationTokenSource _whole = new(s_whole);
    private readonly TcpClient _client = new() { NoDelay = true };
    private Stream _stream = Stream.Null;
    private BufferedStream _input = new(Stream.Null);
    private int _left;

    public X509Certificate2? Certificate { get; private set; }

    public SslPolicyErrors CertificateErrors { get; private set; }

    /// <summary>How long was waited when the server stopped answering.</summary>
    public TimeSpan Patience => _whole.IsCancellationRequested ? s_whole : s_patience;

    public async Task ConnectAsync(string host, int port, CancellationToken cancellationToken)
    {
        using var patience = Patient(cancellationToken);
        await _client.ConnectAsync(host, port, patience.Token);
        Use(_client.GetStream());
    }

    /// <summary>Encrypts; a certificate that is not to be trusted is noted, not refused, so that it can be described. Nothing secret may follow it.</summary>
    public async Task EncryptAsync(string name, X509Certificate2Collection? authorities, CancellationToken cancellationToken)
    {
        using var patience = Patient(cancellationToken);
        var encrypted = new SslStream(_stream);
        await encrypted.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions { TargetHost = name, RemoteCertificateValidationCallback = (_, certificate, presented, errors) => Note(certificate, presented, authorities, errors) },
            patience.Token);
        Use(encrypted);
    }

    public async Task<RedisReply> AskAsync(CancellationToken cancellationToken, params string[] words)
    {
        using var patience = Patient(cancellationToken);
        var text = new StringBuilder().Append(CultureInfo.InvariantCulture, $"*{words.Length}\r\n");
        foreach (var word in words) text.Append(CultureInfo.InvariantCulture, $"${Encoding.UTF8.GetByteCount(word)}\r\n{word}\r\n");
        await SendAsync(text.ToString(), patience.Token);
        return await ReadAsync(0, patience.Token);
    }

    /// <summary>A line as another protocol has it, and the line that answers it.</summary>
    public async Task<string> SayAsync(string line, CancellationToken cancellationToken)
    {
        using var patience = Patient(cancellationToken);
        await SendAsync(line + "\r\n", patience.Token);
        return await LineAsync(patience.Token);
    }

    /// <summary>The next line of a longer answer.</summary>
    public async Task<string> NextLineAsync(CancellationToken cancellationToken)
    {
        using var patience = Patient(cancellationToken);
        return await LineAsync(patience.Token);
    }

    public async ValueTask DisposeAsync()
    {
        await _stream.DisposeAsync();
        _client.Dispose();
        Certificate?.Dispose();
        _whole.Dispose();
    }

    private CancellationTokenSource Patient(CancellationToken cancellationToken)
    {
        var source = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _whole.Token);
        source.CancelAfter(s_patience);
        return source;
    }

    private void Use(Stream stream) => (_stream, _input) = (stream, new BufferedStream(stream));

    private bool Note(X509Certificate? certificate, X509Chain? presented, X509Certificate2Collection? authorities, SslPolicyErrors errors)
    {
        Certificate = certificate is null ? null : X509CertificateLoader.LoadCertificate(certificate.GetRawCertData());
        CertificateErrors = errors;
        if (authorities is null || Certificate is null || (errors & SslPolicyErrors.RemoteCertificateChainErrors) == 0) return true;
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(authorities);
        if (presented is not null) chain.ChainPolicy.ExtraStore.AddRange(presented.ChainPolicy.ExtraStore);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        if (chain.Build(Certificate)) CertificateErrors &= ~SslPolicyErrors.RemoteCertificateChainErrors;
        return true;
    }

    private async Task SendAsync(string text, CancellationToken cancellationToken)
    {
        _left = LongestAnswer;
        await _stream.WriteAsync(Encoding.UTF8.GetBytes(text), cancellationToken);
        await _stream.FlushAsync(cancellationToken);
    }

    private async Task<RedisReply> ReadAsync(int depth, CancellationToken cancellationToken)
    {
        var line = await LineAsync(cancellationToken);
        if (line.Length == 0 || !"+-:$*".Contains(line[0], StringComparison.Ordinal)) throw new ForeignAnswerException(Shortened(line));
        var rest = line[1..];
        if (line[0] is '+' or '-' or ':') return new(line[0], rest, []);
        if (!int.TryParse(rest, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var length) || length > _left || depth > Deepest) throw new ForeignAnswerException(Shortened(line));
        if (length < 0) return new('0', "", []);
        if (line[0] == '$')
        {
            _left -= length + 2;
            var bytes = new byte[length + 2];
            await _input.ReadExactlyAsync(bytes, cancellationToken);
            return new('$', Encoding.UTF8.GetString(bytes, 0, length), []);
        }

        var items = new List<RedisReply>();
        while (items.Count < length) items.Add(await ReadAsync(depth + 1, cancellationToken));
        return new('*', "", items);
    }

    private async Task<string> LineAsync(CancellationToken cancellationToken)
    {
        var text = new StringBuilder();
        var one = new byte[1];
        while (text.Length < LongestLine && _left-- > 0)
        {
            if (await _input.ReadAsync(one, cancellationToken) == 0) throw new EndOfStreamException("The connection was closed.");
            if (one[0] == '\n') return text.ToString().TrimEnd('\r');
            text.Append((char)one[0]);
        }

        throw new ForeignAnswerException(Shortened(text.ToString()));
    }

    private static string Shortened(string line) =>
        new([.. line.Take(LongestForeign).Select(static letter => letter is >= ' ' and <= '~' ? letter : '.')]);
}
