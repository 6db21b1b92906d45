namespace EmrSim.Server.Storage;

/// <summary>Nothing is served before the database is ready.</summary>
internal sealed class DatabaseStart(AppDatabase database) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken) => database.OpenAsync(cancellationToken);

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
