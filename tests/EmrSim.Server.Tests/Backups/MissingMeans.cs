using System.Diagnostics;
using EmrSim.Server.Tests.Storage;

namespace EmrSim.Server.Tests.Backups;

public sealed class MissingMeans(SqliteInstallation sqlite, PostgresInstallation postgres)
{
    private const int Picture = 600_000;

    [Fact]
    public async Task A_full_disk_is_told_and_leaves_what_was_there()
    {
        if (!Environment.IsPrivilegedProcess) Assert.Skip("Only root can mount a small disk.");
        using var ground = await Ground.OnAsync(sqlite);
        await using (var server = await ground.StartAsync())
        {
            await Ground.TalkAsync(server.Http);
            await server.StopAsync();
        }

        var content = Directory.CreateDirectory(Path.Combine(ground.Place.Directory, "content"));
        await File.WriteAllBytesAsync(Path.Combine(content.FullName, "picture"), System.Security.Cryptography.RandomNumberGenerator.GetBytes(Picture), TestContext.Current.CancellationToken);
        ground.Settings["CONTENT_DIR"] = content.FullName;
        Directory.CreateDirectory(ground.Shelf);
        if (await RunAsync("mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", ground.Shelf) != 0) Assert.Skip("No tmpfs can be mounted here.");
        try
        {
            var first = Path.GetFileName(await ground.CreateAsync());
            var database = new FileInfo(ground.Place.SqliteFile).Length;

            // Full while the database is copied, while the content is, and while the archive is written.
            foreach (var room in (long[])[database / 2, database + (Picture / 2), database + (Picture * 3 / 2)])
            {
                await File.WriteAllBytesAsync(Path.Combine(ground.Shelf, "ballast"), new byte[new DriveInfo(ground.Shelf).AvailableFreeSpace - room], TestContext.Current.CancellationToken);
                await ground.RefusesAsync("is full", "create");
                Assert.Equal((string[])["ballast", first], ground.Files);
                File.Delete(Path.Combine(ground.Shelf, "ballast"));
            }

            await ground.SucceedsAsync("verify", first);
        }
        finally
        {
            await RunAsync("umount", ground.Shelf);
        }
    }

    [Fact]
    public async Task Missing_programs_are_told_with_what_to_install()
    {
        using var ground = await Ground.OnAsync(postgres);
        await using var server = await ground.StartAsync();
        ground.Settings["POSTGRES_BIN"] = ground.Place.Directory;
        await ground.RefusesAsync("pg_dump is not installed", "create");
        Assert.Empty(ground.Files);
    }

    [Fact]
    public async Task Programs_older_than_the_server_are_told()
    {
        using var ground = await Ground.OnAsync(postgres);
        await using var server = await ground.StartAsync();
        var program = Path.Combine(ground.Place.Directory, "pg_dump");
        await File.WriteAllTextAsync(program, "#!/bin/sh\necho 'pg_dump (PostgreSQL) 9.6.24'\n", TestContext.Current.CancellationToken);
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        ground.Settings["POSTGRES_BIN"] = ground.Place.Directory;
        await ground.RefusesAsync("pg_dump is of version 9", "create");
    }

    [Fact]
    public async Task A_backup_of_the_one_kind_does_not_go_into_the_other()
    {
        using var small = await Ground.OnAsync(sqlite);
        string file;
        await using (await small.StartAsync()) file = await small.CreateAsync();
        using var large = await Ground.OnAsync(postgres);
        await large.RefusesAsync("The backup is of sqlite", "restore", file);
    }

    [Fact]
    public async Task No_database_and_no_backup_are_told()
    {
        using var ground = await Ground.OnAsync(sqlite);
        await ground.RefusesAsync("start the server once", "create");
        await ground.RefusesAsync("There is no backup", "restore");
        await ground.RefusesAsync("can't be read", "verify", "no-such-file.tar.gz");
    }

    private static async Task<int> RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        await process.WaitForExitAsync();
        return process.ExitCode;
    }
}
