using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using StackExchange.Redis;

namespace EmrSim.SessionStore.Redis;

/// <summary>Says of an error what to change, without secrets and without the server's own words, which may quote keys.</summary>
internal static class RedisAdvice
{
    public const string Setting = "SESSION_STORE_URL";
    public const string Replica = $"READONLY: it is a replica: name the primary in {Setting}, or use redis+sentinel://";

    public static string Of(ConnectionAttemptCompletedEventArgs attempt) => attempt switch
    {
        { ServerCertificatePolicyErrors: { } errors and not SslPolicyErrors.None, ServerCertificateAccepted: not true } => OfCertificate(attempt, errors),
        { Stage: ConnectionAttemptStage.Tls } => $"no TLS at that port: use redis instead of rediss in {Setting}, or the server's TLS port",
        { FailureType: ConnectionFailureType.AuthenticationFailure } => $"user or password are refused: correct them in {Setting}",
        { FailureType: ConnectionFailureType.ProtocolFailure or ConnectionFailureType.InternalFailure, Stage: ConnectionAttemptStage.Handshake } => $"what answers is not a Redis server: correct host, port and TLS (rediss) in {Setting}",
        { FailureType: ConnectionFailureType.UnableToConnect } => $"it can't be reached: check that it runs, and host and port in {Setting}",
        { FailureType: ConnectionFailureType.Loading } => "the server is loading its data",
        _ => $"{attempt.FailureType} at stage {attempt.Stage}",
    };

    public static string Of(RedisServerException refused)
    {
        var code = refused.Message.Split(' ', 2)[0];
        return code switch
        {
            "NOAUTH" => $"NOAUTH: the server wants a password: set it in {Setting}",
            "WRONGPASS" => $"WRONGPASS: user or password are refused: correct them in {Setting}",
            "NOPERM" => $"NOPERM: the user may not use {Quoted(refused.Message)}: ACL SETUSER … ~* &* +@read +@write +@scripting +@connection +@pubsub +info +role +time +cluster",
            "READONLY" => Replica,
            "OOM" => "OOM: the server's memory is full: raise maxmemory, or set maxmemory-policy volatile-ttl",
            "MISCONF" => "MISCONF: the server can't save its data and refuses writes: look at its log and disk",
            "CLUSTERDOWN" => "CLUSTERDOWN: not every slot of the cluster has a primary",
            "MOVED" => $"MOVED: it is a node of a cluster: use redis+cluster:// in {Setting}",
            _ => code,
        };
    }

    /// <summary>Whether it says that this server can't be written to just now, so that asking on is of no use.</summary>
    public static bool IsLostRole(RedisServerException refused) => refused.Message.Split(' ', 2)[0] is "READONLY" or "CLUSTERDOWN" or "MASTERDOWN" or "LOADING";

    /// <summary>Whether it never came to a password because the other side does not speak TLS or shows a certificate that does not fit.</summary>
    public static bool IsOfTls(ConnectionAttemptCompletedEventArgs attempt) =>
        attempt is { Stage: ConnectionAttemptStage.Tls } or { ServerCertificatePolicyErrors: not null and not SslPolicyErrors.None, ServerCertificateAccepted: not true };

    private static string OfCertificate(ConnectionAttemptCompletedEventArgs attempt, SslPolicyErrors errors)
    {
        var isOver = ((attempt.ServerCertificateChainStatus ?? default) & (X509ChainStatusFlags.NotTimeValid | X509ChainStatusFlags.CtlNotTimeValid)) != 0;
        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch)) return $"the certificate is not for '{attempt.TlsHostName}': use a name that is in it, or add ?tlsName=… to {Setting}";
        return isOver ? "the certificate is expired or not yet valid: renew it at the server" : $"the certificate's authority is not trusted: add ?ca=/path/to/authority.pem to {Setting}";
    }

    private static string Quoted(string message) => message.Split('\'') is { Length: >= 3 } parts ? parts[1] : "one of the keys or channels";
}
