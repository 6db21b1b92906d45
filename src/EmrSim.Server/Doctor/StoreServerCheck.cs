using System.Net;
using System.Net.Sockets;
using EmrSim.Server.Settings;
using EmrSim.SessionStore;

namespace EmrSim.Server.Doctor;

/// <summary>The way to the session store's server, step by step; what it says of itself is judged by <see cref="StoreServerRules"/>.</summary>
internal static class StoreServerCheck
{
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
            case StoreServerKind.Cluster:
                await ClusterCheck.LookAsync(url, found, cancellationToken);
                break;
            default:
                await LookAtAsync(url, url.Endpoints[0], found, cancellationToken);
                break;
        }
    }

    /// <summary>One server that holds data and speaks the Redis protocol; its own view of the cluster when it is a node of one.</summary>
    public static async Task<ClusterView?> LookAtAsync(StoreUrl url, StoreEndpoint endpoint, Findings found, CancellationToken cancellationToken)
    {
        ClusterView? view = null;
        var entry = new Entry(url.User, url.Password, url.PasswordSetting is { } other ? $"{url.Setting} and {other}" : url.Setting, $"{url.Setting} (redis://:password@host)");
        await TalkAsync(url, endpoint, found, async talk =>
        {
            if (await EnterAsync(talk, endpoint, entry, found, cancellationToken)) view = await StoreServerRules.JudgeAsync(talk, url, endpoint, found, cancellationToken);
        }, cancellationToken);
        return view;
    }

    /// <summary>Reaches a server and runs the talk; whatever ends it is told in words.</summary>
    public static async Task TalkAsync(StoreUrl url, StoreEndpoint endpoint, Findings found, Func<RedisTalk, Task> talking, CancellationToken cancellationToken)
    {
        found.Of(url.Kind == StoreServerKind.StandAlone ? null : $"{endpoint}");
        await using var talk = new RedisTalk();
        try
        {
            if (await ReachAsync(talk, url, endpoint, found, cancellationToken)) await talking(talk);
        }
        catch (ForeignAnswerException foreign)
        {
            found.Fail("protocol", $"this is not a {(url.Kind == StoreServerKind.Memcached ? "memcached" : "Redis")} server. {foreign.Message}", $"Correct host and port in {url.Setting}: something else listens there.");
        }
        catch (Exception problem) when (problem is IOException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            found.Fail("answers", $"the server stopped answering ({(problem is IOException ? "connection closed" : $"no answer within {talk.Patience.TotalSeconds:0} s")})", url.IsTls
                ? "Look whether the server hangs or is overloaded (redis-cli --latency), and into its log."
                : $"Look into the server's log. When it takes TLS only, write rediss:// in {url.Setting}.");
        }
        finally
        {
            found.Of(null);
        }
    }

    /// <summary>Whether what is said to it stays on this machine.</summary>
    public static bool IsHere(StoreEndpoint endpoint) => endpoint.Host == "localhost" || (IPAddress.TryParse(endpoint.Host, out var address) && IPAddress.IsLoopback(address));

    public static async Task<bool> EnterAsync(RedisTalk talk, StoreEndpoint endpoint, Entry entry, Findings found, CancellationToken cancellationToken)
    {
        var (user, password, setting, form) = entry;
        if (password is not null)
        {
            var taken = user is not null ? await talk.AskAsync(cancellationToken, "AUTH", user, password) : await talk.AskAsync(cancellationToken, "AUTH", password);
            if (taken.IsError && !taken.Text.Contains("without any password configured", StringComparison.Ordinal))
            {
                found.Fail("authenticated", $"the server refuses user and password ({taken.ErrorCode})", $"Correct the password in {setting}, percent-encoded in an address; compare requirepass or the ACL of the server.");
                return false;
            }

            if (taken.IsError) found.Warn("authenticated", "a password was given, but the server asks for none", "Set requirepass on the server, or leave the password out.");
            else found.Good("authenticated", $"as {user ?? "default"}");
        }

        var answer = await talk.AskAsync(cancellationToken, "PING");
        if (answer.IsError)
        {
            if (answer.ErrorCode == "NOAUTH") found.Fail("authenticated", "the server wants a password", $"Add it to {form}, percent-encoded.");
            else if (answer.ErrorCode == "LOADING") found.Fail("answers", "the server is still loading its data", "Wait; the instances work through the database until then.");
            else if (answer.ErrorCode == "DENIED") found.Fail("authenticated", "the server is in protected mode and lets in only its own machine", $"Give the server a password (requirepass) and add it to {form}.");
            else if (answer.ErrorCode != "NOPERM") found.Fail("answers", answer.Text, "Look into the server's log.");
            return answer.ErrorCode == "NOPERM";
        }

        if (password is not null) return true;
        if (IsHere(endpoint)) found.Good("authenticated", "no password is asked for, on this machine only");
        else found.Warn("authenticated", "everybody who reaches the server may read and change it", $"Set requirepass on the server and add the password to {form}.");
        return true;
    }

    private static async Task<bool> ReachAsync(RedisTalk talk, StoreUrl url, StoreEndpoint endpoint, Findings found, CancellationToken cancellationToken)
    {
        try
        {
            await talk.ConnectAsync(endpoint.Host, endpoint.Port, cancellationToken);
            found.Good("reachable", url.Kind == StoreServerKind.StandAlone ? $"{endpoint}" : "a connection can be made");
        }
        catch (SocketException problem) when (problem.SocketErrorCode is SocketError.HostNotFound or SocketError.TryAgain or SocketError.NoData)
        {
            found.Fail("reachable", $"the name {endpoint.Host} is not known here", $"Correct the host in {url.Setting}, or this machine's name resolution.");
            return false;
        }
        catch (Exception problem) when (problem is SocketException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            found.Fail("reachable", $"{endpoint} can't be reached: {(problem is SocketException { SocketErrorCode: SocketError.ConnectionRefused } ? "nothing listens there" : $"no connection within {talk.Patience.TotalSeconds:0} s")}", "Start the server, check its bind address and protected-mode, and the firewall between. Meanwhile instances work through the database.");
            return false;
        }

        if (url.IsTls) return await TlsCheck.EncryptAsync(talk, url, endpoint, found, cancellationToken);
        if (IsHere(endpoint)) found.Good("tls", "not encrypted, on this machine only");
        else found.Warn("tls", "the connection is not encrypted", "Use rediss:// unless the network between is trusted.");
        return true;
    }

    /// <summary>By what a server lets us in.</summary>
    /// <param name="Setting">Where user and password are set.</param>
    /// <param name="Form">Where a missing one is added, and how.</param>
    internal sealed record Entry(string? User, string? Password, string Setting, string Form);
}
