using EmrSim.Server.Operations;
using EmrSim.Server.Settings;
using EmrSim.Server.Storage;

namespace EmrSim.Server.Backups;

/// <summary>The way back: tries a backup out in a scratch place, or puts it in the place of what is there.</summary>
internal sealed class BackupReturn(ServerSettings settings, TimeProvider clock, Action<string> tell)
{
    /// <param name="scratch">A PostgreSQL server on which to try it out, or null for the one of the settings.</param>
    public async Task VerifyAsync(string path, string? scratch, CancellationToken cancellationToken)
    {
        using var place = new ScratchPlace();
        var manifest = await BackupArchive.UnpackAsync(path, place.Directory, cancellationToken);
        tell($"{Path.GetFileName(path)}: {manifest.Files.Count} files as they were written, made {manifest.CreatedAt.UtcDateTime:u} by {manifest.Program}");
        var database = For(manifest, scratch ?? settings.Storage.ConnectionUrl, "Name a server to try it out on: --scratch postgres://user:password@host/postgres");
        var found = await database.TryOutAsync(Path.Combine(place.Directory, database.FileName), cancellationToken);
        Compare(manifest.Database, found);
        tell($"Restored into a scratch place: {found.Tables.Count} tables with {found.Tables.Sum(static table => table.Rows)} rows, as in the manifest");
    }

    public async Task RestoreAsync(string path, bool replace, string? contentDirectory, CancellationToken cancellationToken)
    {
        using var place = new ScratchPlace();
        var manifest = await BackupArchive.UnpackAsync(path, place.Directory, cancellationToken);
        var here = settings.Storage.ConnectionUrl is null ? "sqlite" : "postgresql";
        if (manifest.Database.Kind != here) throw new BackupRefusedException($"The backup is of {manifest.Database.Kind}, the settings name {here}. Set DATABASE_URL accordingly.");
        var newest = SchemaMigrations.Newest(here == "sqlite" ? Dialect.Sqlite : Dialect.Postgres);
        if (manifest.Database.Schema > newest) throw new BackupRefusedException($"The backup was made by version {manifest.Program}, whose schema ({manifest.Database.Schema}) is newer than this program's ({newest}). Restore it with that version.");
        var database = For(manifest, settings.Storage.ConnectionUrl, "");
        var content = manifest.Content == "custom" ? contentDirectory ?? settings.Storage.ContentDirectory : null;

        await using (await database.ExcludeServersAsync(cancellationToken))
        {
            if (!replace && await database.HoldsDataAsync(cancellationToken)) throw new BackupRefusedException("The database holds encounters already. Add --replace to put the backup in their place; what is there is then kept aside.");
            if (!replace && content is not null && !ContentFiles.IsEmpty(content)) throw new BackupRefusedException($"{content} holds content already. Add --replace to put the backup in its place; what is there is then kept aside.");
            var found = await database.RestoreAsync(Path.Combine(place.Directory, database.FileName), tell, cancellationToken);
            Compare(manifest.Database, found);
            if (content is not null) ContentFiles.Restore(place.Directory, content, clock.GetUtcNow(), tell);
            tell($"Restored: {found.Tables.Count} tables with {found.Tables.Sum(static table => table.Rows)} rows as of {manifest.CreatedAt.UtcDateTime:u}");
        }

        if (manifest.Content == "custom" && content is null) tell("The backup holds content too, which was left out: name a place with --content or CONTENT_DIR.");
        if (manifest.Content != "custom") tell("The backup holds no content of its own: the server used the built-in one.");
        tell("Start the server now; it brings an older schema up to date by itself.");
    }

    private IDatabaseCopy For(BackupManifest manifest, string? address, string withoutAddress) => manifest.Database.Kind switch
    {
        "sqlite" => new SqliteCopy(settings.Storage.SqlitePath, clock),
        "postgresql" => address is null ? throw new BackupRefusedException($"The backup is of PostgreSQL. {withoutAddress}") : new PostgresCopy(address, new PostgresPrograms(settings.Backups.PostgresPrograms), clock),
        var kind => throw new BackupRefusedException($"The backup is of a kind of database ({kind}) that this version does not know."),
    };

    private static void Compare(DatabaseContents written, DatabaseContents found)
    {
        var present = found.Tables.ToDictionary(static table => table.Name, StringComparer.Ordinal);
        foreach (var table in written.Tables)
        {
            if (!present.TryGetValue(table.Name, out var there)) throw new BackupRefusedException($"The table {table.Name} is missing after the restore.");
            if (there.Rows != table.Rows) throw new BackupRefusedException($"The table {table.Name} has {there.Rows} rows after the restore, {table.Rows} were written.");
            if (table.Digest is not null && there.Digest != table.Digest) throw new BackupRefusedException($"The rows of table {table.Name} are not those that were written.");
        }
    }

    private sealed class ScratchPlace : IDisposable
    {
        public string Directory { get; } = System.IO.Directory.CreateTempSubdirectory("emrsim-restore-").FullName;

        public void Dispose() => System.IO.Directory.Delete(Directory, recursive: true);
    }
}
