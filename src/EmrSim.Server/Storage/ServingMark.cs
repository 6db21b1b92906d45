using EmrSim.Server.Operations;
using EmrSim.Server.Settings;
using Npgsql;

namespace EmrSim.Server.Storage;

/// <summary>Shows, while this server runs, that its database is in use, so that no backup is restored under its feet.</summary>
internal sealed class ServingMark(StorageSettings settings, AppDatabase database, IHostApplicationLifetime lifetime, TimeProvider clock, ILogger<ServingMark> log) : BackgroundService
{
    private const string UnderWay = "A backup is being restored into this database. Start again when that is done.";
    private static readonly TimeSpan s_look = TimeSpan.FromSeconds(5);
    private IAsyncDisposable? _held;

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            Hold(settings.ConnectionUrl is null ? ShareFile() : await ServingConnection.TryShareAsync(database.ConnectionString, cancellationToken));
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException or NpgsqlException or TimeoutException)
        {
            // Opening the database comes next, meets the same trouble and says what to do.
        }

        await base.StartAsync(cancellationToken);
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        if (_held is not null) await _held.DisposeAsync();
        _held = null;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (settings.ConnectionUrl is null) return;
        using var timer = new PeriodicTimer(s_look, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                if (_held is ServingConnection standing && await standing.StandsAsync(stoppingToken)) continue;
                await RenewAsync(stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
        }
    }

    private async Task RenewAsync(CancellationToken cancellationToken)
    {
        if (_held is not null) await _held.DisposeAsync();
        _held = null;
        try
        {
            _held = await ServingConnection.TryShareAsync(database.ConnectionString, cancellationToken);
            if (_held is not null) return;
            log.RestoredUnderServer(database.Location);
            lifetime.StopApplication();
        }
        catch (Exception away) when (away is NpgsqlException or TimeoutException)
        {
            // The database is away, which health and requests tell; nothing can be restored into it either.
        }
    }

    private ServingFile? ShareFile()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(settings.SqlitePath))!);
        return ServingFile.TryShare(settings.SqlitePath);
    }

    private void Hold(IAsyncDisposable? held) => _held = held ?? throw new StartRefusedException(UnderWay);
}
