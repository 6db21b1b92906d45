using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using EmrSim.Server.Settings;
using EmrSim.SessionStore;

namespace EmrSim.Server.Doctor;

/// <summary>The way to the session store's server, step by step; what it says of itself is judged by <see cref="StoreServerRules"/>.</summary>
internal static class StoreServerCheck
{
    private const int SoonDays = 30;

    public static async Task LookAsync(ServerSettings settings, Findings found, CancellationToken cancellationToken)
    {
        if (settings.Storage.StoreUrl is not { } url)
        {
            if (settings.Storage.ConnectionUrl is null) found.Note("server", "no SESSION_STORE_URL: state is kept in memory, which is for a single instance");
            else found.Note("server", "no SESSION_STORE_URL: instances share state through PostgreSQL", "Set SESSION_STORE_URL to a Redis to take that load off the database.");
            return;
        }

        switch (url.Kind)
        {
            case StoreServerKind.Memcached:
                await MemcachedCheck.LookAsync(url, found, cancellationToken);
                break;
            case StoreServerKind.Sentinel:
                await SentinelCheck.LookAsync(url, found, cancellationToken);
                break;
            default:
                // Any node of a cluster tells of the whole.
                foreach (var endpoint in url.Endpoints) await LookAtAsync(url, endpoint, found, cancellationToken);
                break;
        }
    }

    /// <summary>One server that speaks the Redis protocol.</summary>
    public static Task LookAtAsync(StoreUrl url, StoreEndpoint endpoint, Findings found, CancellationToken cancellationToken) => TalkAsync(url, endpoint, found, async talk =>
    {
        if (await EnterAsync(talk, url, url.User, url.Password, found, cancellationToken)) await StoreServerRules.JudgeAsync(talk, url, endpoint, found, cancellationToken);
    }, cancellationToken);

    /// <summary>Reaches a server and runs the talk; whatever ends it is told in words.</summary>
    public static async Task TalkAsync(StoreUrl url, StoreEndpoint endpoint, Findings found, Func<RedisTalk, Task> talking, CancellationToken cancellationToken)
    {
        await using var talk = new RedisTalk();
        try
        {
            if (await ReachAsync(talk, url, endpoint, found, cancellationToken)) await talking(talk);
        }
        catch (ForeignAnswerException foreign)
        {
            found.Fail("protocol", $"{endpoint} is not a Redis server. {foreign.Message}", "Correct host and port in SESSION_STORE_URL: something else listens there.");
        }
        catch (Exception problem) when (problem is IOException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            found.Fail("answers", $"{endpoint} stopped answering ({(problem is IOException ? "connection closed" : "no answer within 3 s")})", url.IsTls
                ? "Look whether the server hangs or is overloaded (redis-cli --latency), and into its log."
                : "Look into the server's log. When it takes TLS only, write rediss:// in SESSION_STORE_URL.");
        }
    }

    private static async Task<bool> ReachAsync(RedisTalk talk, StoreUrl url, StoreEndpoint endpoint, Findings found, CancellationToken cancellationToken)
    {
        try
        {
            await talk.ConnectAsync(endpoint.Host, endpoint.Port, cancellationToken);
            found.Good("reachable", $"{endpoint}");
        }
        catch (SocketException problem) when (problem.SocketErrorCode is SocketError.HostNotFound or SocketError.TryAgain or SocketError.NoData)
        {
            found.Fail("reachable", $"the name {endpoint.Host} is not known here", "Correct the host in SESSION_STORE_URL, or this machine's name resolution.");
            return false;
        }
        catch (Exception problem) when (problem is SocketException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            found.Fail("reachable", $"{endpoint} can't be reached: {(problem is SocketException { SocketErrorCode: SocketError.ConnectionRefused } ? "nothing listens there" : "no connection within 3 s")}", "Start the server, check its bind address and protected-mode, and the firewall between. Meanwhile instances work through the database.");
            return false;
        }

        if (url.IsTls) return await EncryptAsync(talk, url, endpoint, found, cancellationToken);
        if (endpoint.Host is "localhost" or "127.0.0.1" or "::1") found.Good("tls", "not encrypted, on this machine only");
        else found.Warn("tls", "the connection is not encrypted", "Use rediss:// unless the network between is trusted.");
        return true;
    }

    private static async Task<bool> EncryptAsync(RedisTalk talk, StoreUrl url, StoreEndpoint endpoint, Findings found, CancellationToken cancellationToken)
    {
        try
        {
            await talk.EncryptAsync(url.CertificateName ?? endpoint.Host, url.AuthorityFile, cancellationToken);
        }
        catch (Exception problem) when (problem is AuthenticationException or IOException || (problem is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            found.Fail("tls", $"no TLS could be agreed on: {problem.Message}", "When the server takes no TLS, write redis:// (its plain port is mostly 6379).");
            return false;
        }
        catch (Exception problem) when (problem is System.Security.Cryptography.CryptographicException or FileNotFoundException)
        {
            found.Fail("tls", $"the authority {url.AuthorityFile} can't be read: {problem.Message}", "Correct the path after ?ca= in SESSION_STORE_URL.");
            return false;
        }

        var end = talk.Certificate?.NotAfter.ToUniversalTime() ?? DateTime.MaxValue;
        var days = (end - TimeProvider.System.GetUtcNow().UtcDateTime).TotalDays;
        var names = talk.Certificate?.GetNameInfo(System.Security.Cryptography.X509Certificates.X509NameType.DnsName, false);
        if (days < 0) found.Fail("tls", $"the certificate ended on {end:yyyy-MM-dd}", "Renew the server's certificate.");
        else if (talk.CertificateErrors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch)) found.Fail("tls", $"the certificate is for {names}, not for {url.CertificateName ?? endpoint.Host}", "Use the name of the certificate in SESSION_STORE_URL, or give the server a certificate for this name.");
        else if (talk.CertificateErrors.HasFlag(SslPolicyErrors.RemoteCertificateChainErrors)) found.Fail("tls", "the certificate is signed by an authority that is not trusted here", "Name the authority: rediss://…?ca=/path/to/authority.pem");
        else if (talk.CertificateErrors != SslPolicyErrors.None) found.Fail("tls", $"{talk.CertificateErrors}", "Give the server a certificate for its name.");
        else if (days < SoonDays) found.Warn("tls", $"the certificate ends on {end:yyyy-MM-dd}", "Renew the server's certificate soon.");
        else found.Good("tls", $"certificate for {names} until {end:yyyy-MM-dd}");
        return true;
    }

    public static async Task<bool> EnterAsync(RedisTalk talk, StoreUrl url, string? user, string? password, Findings found, CancellationToken cancellationToken)
    {
        if (password is not null)
        {
            var taken = user is not null ? await talk.AskAsync(cancellationToken, "AUTH", user, password) : await talk.AskAsync(cancellationToken, "AUTH", password);
            if (taken.IsError && !taken.Text.Contains("without any password configured", StringComparison.Ordinal))
            {
                found.Fail("authenticated", $"the server refuses user and password ({taken.ErrorCode})", "Correct the password in SESSION_STORE_URL, percent-encoded; compare requirepass or the ACL of the server.");
                return false;
            }

            if (taken.IsError) found.Warn("authenticated", "a password was given, but the server asks for none", "Set requirepass on the server, or leave the password out.");
            else found.Good("authenticated", $"as {user ?? "default"}");
        }

        var answer = await talk.AskAsync(cancellationToken, "PING");
        if (answer.IsError)
        {
            if (answer.ErrorCode == "NOAUTH") found.Fail("authenticated", "the server wants a password", "Add it: redis://:password@host, percent-encoded.");
            else if (answer.ErrorCode == "LOADING") found.Fail("answers", "the server is still loading its data", "Wait; the instances work through the database until then.");
            else if (answer.ErrorCode == "DENIED") found.Fail("authenticated", "the server is in protected mode and lets in only its own machine", "Give the server a password (requirepass) and add it to SESSION_STORE_URL.");
            else if (answer.ErrorCode != "NOPERM") found.Fail("answers", answer.Text, "Look into the server's log.");
            if (answer.ErrorCode != "NOPERM") return false;
        }
        else if (password is null)
        {
            if (url.Host is "localhost" or "127.0.0.1" or "::1") found.Good("authenticated", "no password is asked for, on this machine only");
            else found.Warn("authenticated", "everybody who reaches the server may read and change it", "Set requirepass on the server and the password in SESSION_STORE_URL.");
        }

        if (url.Database == 0 || url.Kind != StoreServerKind.StandAlone) return true;
        var chosen = await talk.AskAsync(cancellationToken, "SELECT", $"{url.Database}");
        if (!chosen.IsError) return true;
        found.Fail("database", $"database {url.Database} can't be used: {chosen.Text}", "Correct the number at the end of SESSION_STORE_URL; a cluster has only 0.");
        return false;
    }
}
