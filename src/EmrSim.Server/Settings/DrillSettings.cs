using EmrSim.Server.Drills;

namespace EmrSim.Server.Settings;

/// <summary>What goes wrong on purpose.</summary>
public sealed record DrillSettings(TimeProvider Clock)
{
    private const string Ahead = "DRILL_CLOCK_AHEAD_MS";

    public static DrillSettings Read(SettingsSource source, ListenSettings listen)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(listen);
        var ahead = source.Number(Ahead, 0, 0, 60_000, "Milliseconds that this instance's clock is ahead, for drills of a fleet; only with NODE_ENV=test.");
        if (ahead > 0 && listen.EnvironmentName != "test") source.Refuse($"{Ahead} is for drills: it needs NODE_ENV=test.");
        return new(ahead == 0 ? TimeProvider.System : new ClockAhead(TimeSpan.FromMilliseconds(ahead)));
    }
}
