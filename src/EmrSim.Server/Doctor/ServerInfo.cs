using System.Globalization;

namespace EmrSim.Server.Doctor;

/// <summary>The answer of INFO or CLUSTER INFO: names and values.</summary>
internal sealed class ServerInfo
{
    private readonly Dictionary<string, string> _facts;

    private ServerInfo(Dictionary<string, string> facts) => _facts = facts;

    public string? this[string name] => _facts.GetValueOrDefault(name);

    public string Mode => this["redis_mode"] ?? this["server_mode"] ?? "standalone";

    public string Kind
    {
        get
        {
            if (this["garnet_version"] is not null) return "garnet";
            if (this["valkey_version"] is not null || this["server_name"] == "valkey") return "valkey";
            return this["executable"]?.Contains("keydb", StringComparison.OrdinalIgnoreCase) == true ? "keydb" : "redis";
        }
    }

    public string Version => this["garnet_version"] ?? this["valkey_version"] ?? this["redis_version"] ?? "of an unknown version";

    /// <summary>Null when the server refused the question.</summary>
    public static ServerInfo? Parse(RedisReply reply) => reply.Kind != '$' ? null : new(Pairs(reply.Text.Split('\n', StringSplitOptions.TrimEntries), ':'));

    public long Number(string name) => long.TryParse(this[name], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : 0;

    /// <summary>The replicas that a primary names.</summary>
    public IEnumerable<(string Address, string State, long LagSeconds)> Replicas() =>
        Numbered("slave").Select(static replica => ($"{replica["ip"]}:{replica["port"]}", replica["state"] ?? "unknown", replica.Number("lag")));

    /// <summary>Lines such as <c>slave0:ip=…,port=…</c>, each read by itself.</summary>
    public IEnumerable<ServerInfo> Numbered(string name)
    {
        for (var i = 0; this[$"{name}{i}"] is { } line; i++) yield return new(Pairs(line.Split(','), '='));
    }

    private static Dictionary<string, string> Pairs(IEnumerable<string> lines, char between) => lines
        .Select(line => line.Split(between, 2))
        .Where(static pair => pair.Length == 2)
        .GroupBy(static pair => pair[0], StringComparer.Ordinal)
        .ToDictionary(static pairs => pairs.Key, static pairs => pairs.First()[1], StringComparer.Ordinal);
}
