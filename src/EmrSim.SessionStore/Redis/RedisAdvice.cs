using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using StackExchange.Redis;

namespace EmrSim.SessionStore.Redis;

/// <summary>Says of an error what to change, without secrets and without the server's own words, which may quote keys.</summary>
internal static class RedisAdvice
{
    private const string UsualSetting = "SESSION_STORE_URL";

    public static string Of(ConnectionAttemptCompletedEventArgs attempt, StoreUrl url) => attempt switch
    {
        { ServerCertificatePolicyErrors: { } errors and not SslPolicyErrors.None, ServerCertificateAccepted: not true } => OfCertificate(attempt, errors, url.Setting),
        { Stage: ConnectionAttemptStage.Tls } => $"no TLS at that port: use redis instead of rediss in {url.Setting}, or the server's TLS port",
        { FailureType: ConnectionFailureType.AuthenticationFailure } => $"user or password are refused: correct them in {Entry(url)}",
        { FailureType: ConnectionFailureType.ProtocolFailure or ConnectionFailureType.InternalFailure, Stage: ConnectionAttemptStage.Handshake } => $"what answers is not a Redis server: correct host, port and TLS (rediss) in {url.Setting}; sentinels need redis+sentinel://host/primaryName",
        { FailureType: ConnectionFailureType.UnableToConnect } => $"it can't be reached: check that it runs, and host and port in {url.Setting}",
        { FailureType: ConnectionFailureType.Loading } => "the server is loading its data",
        _ => $"{attempt.FailureType} at stage {attempt.Stage}",
    };

    public static string OfReplica(string setting) => $"READONLY: it is a replica: name the primary in {setting}, or use redis+sentinel://";

    public static string Of(RedisServerException refused, string setting = UsualSetting)
    {
        var code = refused.Message.Split(' ', 2)[0];
        return code switch
        {
            "NOAUTH" => $"NOAUTH: the server wants a password: set it in {setting}",
            "WRONGPASS" => $"WRONGPASS: user or password are refused: correct them in {setting}",
            "NOPERM" => $"NOPERM: the user may not use {Quoted(refused.Message)}: ACL SETUSER … ~* &* +@read +@write +@scripting +@connection +@pubsub +info +role +time +cluster",
            "READONLY" => OfReplica(setting),
            "OOM" => "OOM: the server's memory is full: raise maxmemory, or set maxmemory-policy volatile-ttl",
            "MISCONF" => "MISCONF: the server can't save its data and refuses writes: look at its log and disk",
            "CLUSTERDOWN" => "CLUSTERDOWN: not every slot of the cluster has a primary",
            "MOVED" => $"MOVED: it is a node of a cluster: use redis+cluster:// in {setting}",
            "ERR" when refused.Message.Contains("cluster support disabled", StringComparison.OrdinalIgnoreCase) => $"it is a server by itself, no cluster: use redis:// instead of redis+cluster:// in {setting}",
            "ERR" when IsUnknownCommand(refused) => "it does not know a command that is needed: use Redis 6.2 or newer, Valkey, KeyDB, or Garnet with --lua",
            _ => code,
        };
    }

    /// <summary>Whether what was asked is not among the server's commands, as with a server of another kind.</summary>
    public static bool IsUnknownCommand(RedisServerException refused) => refused.Message.Contains("unknown command", StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether it says that this server can't be written to just now, so that asking on is of no use.</summary>
    public static bool IsLostRole(RedisServerException refused) => refused.Message.Split(' ', 2)[0] is "READONLY" or "CLUSTERDOWN" or "MASTERDOWN" or "LOADING";

    /// <summary>Whether it never came to a password because the other side does not speak TLS or shows a certificate that does not fit.</summary>
    public static bool IsOfTls(ConnectionAttemptCompletedEventArgs attempt) =>
        attempt is { Stage: ConnectionAttemptStage.Tls } or { ServerCertificatePolicyErrors: not null and not SslPolicyErrors.None, ServerCertificateAccepted: not true };

    private static string Entry(StoreUrl url) => url.PasswordSetting is { } password ? $"{url.Setting} and {password}" : url.Setting;

    private static string OfCertificate(ConnectionAttemptCompletedEventArgs attempt, SslPolicyErrors errors, string setting)
    {
        var isOver = ((attempt.ServerCertificateChainStatus ?? default) & (X509ChainStatusFlags.NotTimeValid | X509ChainStatusFlags.CtlNotTimeValid)) != 0;
        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch)) return $"the certificate is not for '{attempt.TlsHostName}': use a name that is in it, or add ?tlsName=… to {setting}";
        return isOver ? "the certificate is expired or not yet valid: renew it at the server" : $"the certificate's authority is not trusted: add ?ca=/path/to/authority.pem to {setting}";
    }

    private static string Quoted(string message) => message.Split('\'') is { Length: >= 3 } parts ? parts[1] : "one of the keys or channels";
}
