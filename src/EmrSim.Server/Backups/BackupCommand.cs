using System.CommandLine;
using EmrSim.Server.Operations;
using EmrSim.Server.Settings;

namespace EmrSim.Server.Backups;

/// <summary><c>emrsim backup create|list|verify|restore</c>, with the settings of the server.</summary>
internal static class BackupCommand
{
    public static Command Create() => new("backup", "Makes, lists, checks and restores backups of database and content.") { Make(), List(), Verify(), Restore() };

    private static Command Make()
    {
        var command = new Command("create", "Makes a backup now, also while servers run.");
        command.SetAction((_, cancellationToken) => RunAsync(
            async settings =>
            {
                var made = await new BackupMaker(settings, TimeProvider.System).CreateAsync(BackupReason.Manual, cancellationToken);
                Console.WriteLine(made.Path);
            }));
        return command;
    }

    private static Command List()
    {
        var command = new Command("list", "Lists the backups, the newest first.");
        command.SetAction((_, cancellationToken) => RunAsync(settings => ListAsync(new BackupShelf(settings.Backups.Directory), cancellationToken)));
        return command;
    }

    private static Command Verify()
    {
        var file = File();
        var scratch = new Option<string?>("--scratch") { Description = "A PostgreSQL server on which a scratch database may be made; the one of DATABASE_URL when left out." };
        var command = new Command("verify", "Restores a backup into a scratch place and compares it with what was written.") { file, scratch };
        command.SetAction((given, cancellationToken) => RunAsync(settings => new BackupReturn(settings, TimeProvider.System, Console.WriteLine)
            .VerifyAsync(new BackupShelf(settings.Backups.Directory).Find(given.GetValue(file)), given.GetValue(scratch), cancellationToken)));
        return command;
    }

    private static Command Restore()
    {
        var file = File();
        var replace = new Option<bool>("--replace") { Description = "Puts the backup in the place of what is there, which is kept aside." };
        var content = new Option<string?>("--content") { Description = "Where content goes that is in the backup; CONTENT_DIR when left out." };
        var command = new Command("restore", "Restores a backup. All servers of this database must be stopped.") { file, replace, content };
        command.SetAction((given, cancellationToken) => RunAsync(settings => new BackupReturn(settings, TimeProvider.System, Console.WriteLine)
            .RestoreAsync(new BackupShelf(settings.Backups.Directory).Find(given.GetValue(file)), given.GetValue(replace), given.GetValue(content), cancellationToken)));
        return command;
    }

    private static Argument<string?> File() => new("file") { Arity = ArgumentArity.ZeroOrOne, Description = "A file, or its name in BACKUP_DIR; the newest backup when left out." };

    private static async Task ListAsync(BackupShelf shelf, CancellationToken cancellationToken)
    {
        foreach (var backup in shelf.All)
        {
            string contents;
            try
            {
                var manifest = await BackupArchive.ReadManifestAsync(backup.Path, cancellationToken);
                var encounters = manifest.Database.Tables.FirstOrDefault(static table => table.Name == "encounter")?.Rows ?? 0;
                contents = $"{manifest.Database.Kind}, {encounters} encounters, {manifest.Content} content";
            }
            catch (BackupRefusedException damaged)
            {
                contents = damaged.Message;
            }

            Console.WriteLine($"{backup.CreatedAt.UtcDateTime:u}  {backup.Size,12:N0} bytes  {backup.Name}  {contents}");
        }

        if (shelf.All.Count == 0) Console.WriteLine($"There is no backup in {shelf.Directory}.");
    }

    private static async Task<int> RunAsync(Func<ServerSettings, Task> work)
    {
        var source = new SettingsSource(DotEnv.Read());
        var settings = ServerSettings.Read(source);
        foreach (var problem in source.Problems) await Console.Error.WriteLineAsync(problem);
        if (source.Problems.Count > 0) return 1;
        try
        {
            await work(settings);
            return 0;
        }
        catch (Exception refused) when (refused is BackupRefusedException or StartRefusedException)
        {
            await Console.Error.WriteLineAsync(refused.Message);
            return 1;
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            await Console.Error.WriteLineAsync($"It can't be read or written: {problem.Message}");
            return 1;
        }
    }
}
