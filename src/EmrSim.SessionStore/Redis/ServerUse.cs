using System.Diagnostics.Metrics;
using System.Globalization;
using EmrSim.SessionStore.Tiered;
using StackExchange.Redis;

namespace EmrSim.SessionStore.Redis;

/// <summary>How much of the server is used, asked now and then; of a cluster, the node that happens to answer.</summary>
internal sealed class ServerUse(Deadlines deadlines)
{
    private const long EveryMs = 10_000;
    private static readonly Meter s_meter = new("EmrSim.SessionStore");
    private static readonly Gauge<long> s_connections = s_meter.CreateGauge<long>("session_store.server.connections", null, "Connections that the server has, of everyone.");
    private static readonly Gauge<long> s_used = s_meter.CreateGauge<long>("session_store.server.memory.used", "By", "Memory that the server uses.");
    private static readonly Gauge<long> s_limit = s_meter.CreateGauge<long>("session_store.server.memory.limit", "By", "Memory that the server may use; 0 for no limit.");
    private long _asked = -EveryMs;

    public async ValueTask LookAsync(IDatabase database, long nowMs)
    {
        if (nowMs - _asked < EveryMs) return;
        _asked = nowMs;
        try
        {
            foreach (var section in (string[])["clients", "memory"])
            {
                var text = (string?)await TimedWait<RedisResult>.For(database.ExecuteAsync("INFO", section), deadlines).ConfigureAwait(false) ?? "";
                foreach (var line in text.Split('\n', StringSplitOptions.TrimEntries)) Note(line);
            }
        }
        catch (Exception refused) when (refused is RedisServerException or RedisCommandException)
        {
            // A user who may not ask is enough for everything else.
        }
    }

    private static void Note(string line)
    {
        var gauge = line.Split(':', 2)[0] switch
        {
            "connected_clients" => s_connections,
            "used_memory" => s_used,
            "maxmemory" => s_limit,
            _ => null,
        };
        if (gauge is not null && long.TryParse(line.Split(':', 2)[1], NumberStyles.None, CultureInfo.InvariantCulture, out var value)) gauge.Record(value);
    }
}
