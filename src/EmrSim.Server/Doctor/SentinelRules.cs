namespace EmrSim.Server.Doctor;

/// <summary>What a Sentinel says of the primaries that it watches.</summary>
internal static class SentinelRules
{
    private const int LeastSentinels = 3;

    public static void Judge(ServerInfo info, Findings found)
    {
        var watched = info.Numbered("master").ToList();
        if (watched.Count == 0)
        {
            found.Fail("sentinel", "this Sentinel watches no primary", "Give it one: SENTINEL MONITOR name host port quorum");
            return;
        }

        foreach (var primary in watched)
        {
            var told = $"{primary["name"]}: {primary["status"]} at {primary["address"]}, {primary.Number("slaves")} replicas, {primary.Number("sentinels")} Sentinels";
            if (primary["status"] != "ok") found.Fail("sentinel", told, $"Wait for the failover; when none comes, ask SENTINEL CKQUORUM {primary["name"]}");
            else if (primary.Number("slaves") == 0) found.Warn("sentinel", told, "Add a replica: without one nothing can take over.");
            else if (primary.Number("sentinels") < LeastSentinels) found.Warn("sentinel", told, "Run three Sentinels on three machines, so that one may be lost.");
            else found.Good("sentinel", told);
        }
    }
}
