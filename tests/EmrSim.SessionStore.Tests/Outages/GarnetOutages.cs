using EmrSim.Server.Tests.Processes;
using EmrSim.SessionStore.Tests.Contract;

namespace EmrSim.SessionStore.Tests.Outages;

public sealed class GarnetOutages
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task A_garnet_that_comes_back_empty_is_filled_from_the_living()
    {
        using var garnet = new OwnGarnet();
        await using var running = await RunningStore.StartAsync(garnet.Options);
        await running.Store.SetAsync("k", "v"u8.ToArray(), TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);
        await running.Store.SetAsync("removed", "v"u8.ToArray(), TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);
        await running.Store.RemoveAsync("removed", TestContext.Current.CancellationToken);
        garnet.Stop();
        await Eventually.TrueAsync(() => running.Host.Status.Degraded, s_patience, () => $"{running.Host.Status}");
        garnet.Start();
        await Eventually.TrueAsync(() => !running.Host.Status.Degraded, s_patience, () => $"{running.Host.Status}");
        Assert.NotNull(await running.Store.GetAsync("k", TestContext.Current.CancellationToken));
        Assert.Null(await running.Store.GetAsync("removed", TestContext.Current.CancellationToken));
        Assert.Equal(1, running.Log.Count("2 entries were written again"));
    }
}
