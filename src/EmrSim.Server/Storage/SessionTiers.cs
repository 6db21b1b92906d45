using System.Globalization;
using EmrSim.Server.Operations;
using EmrSim.Server.Settings;
using EmrSim.SessionStore;
using Microsoft.AspNetCore.DataProtection;

namespace EmrSim.Server.Storage;

/// <summary>
/// The tiers of the session store: the configured server over the database over memory. With neither server nor PostgreSQL one
/// instance works by itself, and memory is quickest.
/// </summary>
public static class SessionTiers
{
    public static void AddSessionTiers(this IServiceCollection services, ServerSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        services.AddSessionStore(provider => new SessionStoreOptions
        {
            Server = settings.Storage.StoreUrl,
            SealSecret = secret => Seal(provider).Protect(secret),
            OpenSecret = secret => Seal(provider).Unprotect(secret),
            Database = settings.Storage.StoreUrl is null && settings.Storage.ConnectionUrl is null ? null : InDatabase(provider.GetRequiredService<AppDatabase>()),
        });
        services.AddFleetRoll(provider => new Dictionary<string, string>
        {
            ["host"] = Environment.MachineName,
            ["port"] = settings.Listen.Port.ToString(CultureInfo.InvariantCulture),
            ["pid"] = Environment.ProcessId.ToString(CultureInfo.InvariantCulture),
            ["version"] = BuildVersion.Number,
            ["session_store"] = provider.GetRequiredService<SessionStoreHost>().Status.Degraded ? "degraded" : "healthy",
        });
    }

    // An address may hold a password, and lies on a server while the fleet moves.
    private static IDataProtector Seal(IServiceProvider provider) => provider.GetRequiredService<IDataProtectionProvider>().CreateProtector("session-store:address");

    private static StoreDatabase InDatabase(AppDatabase database) => new(
        database.Dialect == Dialect.Sqlite ? StoreDialect.Sqlite : StoreDialect.PostgreSql,
        async cancellationToken => await database.DataSource.OpenConnectionAsync(cancellationToken));
}
