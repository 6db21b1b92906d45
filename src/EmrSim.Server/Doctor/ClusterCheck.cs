using EmrSim.SessionStore;

namespace EmrSim.Server.Doctor;

/// <summary>The nodes of a cluster that were named, and every primary that they tell of.</summary>
internal static class ClusterCheck
{
    // Each may take seconds when it hangs.
    private const int MostPrimaries = 32;

    public static async Task LookAsync(StoreUrl url, Findings found, CancellationToken cancellationToken)
    {
        var views = new List<ClusterView>();
        foreach (var endpoint in url.Endpoints)
        {
            if (await StoreServerCheck.LookAtAsync(url, endpoint, found, cancellationToken) is { } view) views.Add(view);
        }

        var seen = views.Select(static view => view.Id).ToHashSet(StringComparer.Ordinal);
        var others = views.SelectMany(static view => view.Primaries).Where(primary => seen.Add(primary.Id) && !url.Endpoints.Contains(primary.Endpoint)).ToList();
        foreach (var primary in others.Take(MostPrimaries)) await StoreServerCheck.LookAtAsync(url, primary.Endpoint, found, cancellationToken);
        if (others.Count > MostPrimaries) found.Note("cluster", $"{others.Count - MostPrimaries} more primaries were not looked at", $"Name some of them in {url.Setting} for this check.");
    }

    /// <summary>The node's state; its view when it tells one, null when it is none that the store can use.</summary>
    public static async Task<ClusterView?> JudgeAsync(RedisTalk talk, StoreUrl url, StoreEndpoint endpoint, Findings found, CancellationToken cancellationToken)
    {
        var isWanted = url.Kind == StoreServerKind.Cluster;
        var (answer, id, slots) = (await talk.AskAsync(cancellationToken, "CLUSTER", "INFO"), await talk.AskAsync(cancellationToken, "CLUSTER", "MYID"), await talk.AskAsync(cancellationToken, "CLUSTER", "SLOTS"));
        if (id.IsError || slots.IsError || ServerInfo.Parse(answer) is not { } state)
        {
            if (isWanted && ((RedisReply[])[answer, id, slots]).Any(static refused => refused.ErrorCode == "NOPERM")) found.Fail("cluster", "this user may not ask CLUSTER: the store can't find where a key is kept", "Allow it: ACL SETUSER name +cluster");
            else if (isWanted) found.Fail("kind", "this is a server by itself, no cluster: the store can't use it so", $"Write redis:// instead of redis+cluster:// in {url.Setting}.");
            return null;
        }

        if (!isWanted) found.Warn("kind", "this is a node of a cluster", $"Write redis+cluster:// with some of its nodes in {url.Setting}.");
        var told = $"{state["cluster_state"]}, {state.Number("cluster_slots_ok")} of 16384 slots served, {state.Number("cluster_size")} primaries, {state.Number("cluster_known_nodes")} nodes";
        if (state["cluster_state"] != "ok" || state.Number("cluster_slots_ok") < 16384) found.Fail("cluster", told, $"Bring the missing nodes back or move their slots: redis-cli --cluster check {endpoint}");
        else if (state.Number("cluster_slots_pfail") > 0) found.Warn("cluster", $"{told}; a node does not answer", $"redis-cli --cluster check {endpoint}");
        else found.Good("cluster", told);
        return ClusterView.Parse(id, slots, endpoint);
    }
}
