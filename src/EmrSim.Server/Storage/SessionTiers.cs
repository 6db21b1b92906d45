using EmrSim.Server.Settings;
using EmrSim.SessionStore;

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
            Database = settings.Storage.StoreUrl is null && settings.Storage.ConnectionUrl is null ? null : InDatabase(provider.GetRequiredService<AppDatabase>()),
        });
    }

    private static StoreDatabase InDatabase(AppDatabase database) => new(
        database.Dialect == Dialect.Sqlite ? StoreDialect.Sqlite : StoreDialect.PostgreSql,
        async cancellationToken => await database.DataSource.OpenConnectionAsync(cancellationToken));
}
