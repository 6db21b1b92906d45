using EmrSim.Fleet.Tests.Instances;

namespace EmrSim.Fleet.Tests.Faults;

/// <summary>Three instances with Redis and PostgreSQL.</summary>
[Collection(FleetUnderTest.OneAtATime)]
public sealed class OnPostgres(ThreeOnPostgres on) : IClassFixture<ThreeOnPostgres>
{
    [Fact]
    public Task An_instance_is_killed() => on.GetsOverAsync(KnownFaults.InstanceKilled);

    [Fact]
    public Task All_instances_are_renewed_one_by_one() => on.GetsOverAsync(KnownFaults.RollingRestart);

    [Fact]
    public Task Redis_hangs() => on.GetsOverAsync(KnownFaults.RedisHung);

    [Fact]
    public Task Redis_dies_and_comes_back_empty() => on.GetsOverAsync(KnownFaults.RedisEmpty);

    [Fact]
    public Task Redis_dies_and_comes_back_with_its_data() => on.GetsOverAsync(KnownFaults.RedisRestarted);

    [Fact]
    public Task One_instance_is_cut_off_from_Redis() => on.GetsOverAsync(KnownFaults.OneCutOff);

    [Fact]
    public Task One_instance_hears_nothing_from_Redis() => on.GetsOverAsync(KnownFaults.OneUnanswered);

    [Fact]
    public Task PostgreSQL_crashes_and_comes_back() => on.GetsOverAsync(KnownFaults.DatabaseRestarted);

    [Fact]
    public Task Clocks_are_five_seconds_apart_while_Redis_dies() => on.GetsOverAsync(KnownFaults.ClocksApart);
}

/// <summary>Two instances with Redis and one SQLite file.</summary>
[Collection(FleetUnderTest.OneAtATime)]
public sealed class OnSqlite(TwoOnSqlite on) : IClassFixture<TwoOnSqlite>
{
    [Fact]
    public Task An_instance_is_killed() => on.GetsOverAsync(KnownFaults.InstanceKilled);

    [Fact]
    public Task Redis_dies_and_comes_back_empty() => on.GetsOverAsync(KnownFaults.RedisEmpty);
}

/// <summary>Two instances with a Redis primary, two replicas, three sentinels, and PostgreSQL.</summary>
[Collection(FleetUnderTest.OneAtATime)]
public sealed class OnSentinel(TwoOnSentinel on) : IClassFixture<TwoOnSentinel>
{
    [Fact]
    public Task The_primary_is_killed_and_comes_back_empty() => on.GetsOverAsync(FailoverFaults.SentinelPrimaryKilled);

    [Fact]
    public Task The_primary_hangs_and_comes_back_stale() => on.GetsOverAsync(FailoverFaults.SentinelPrimaryHung);

    [Fact]
    public Task The_operator_fails_over() => on.GetsOverAsync(FailoverFaults.SentinelOnDemand);
}

/// <summary>Two instances with a Redis Cluster and PostgreSQL.</summary>
[Collection(FleetUnderTest.OneAtATime)]
public sealed class OnCluster(TwoOnCluster on) : IClassFixture<TwoOnCluster>
{
    [Fact]
    public Task A_primary_is_killed_and_comes_back() => on.GetsOverAsync(FailoverFaults.ClusterPrimaryKilled);

    [Fact]
    public Task Slots_are_moved() => on.GetsOverAsync(FailoverFaults.SlotsMoved);
}
