using System.Formats.Tar;
using System.IO.Compression;
using EmrSim.Server.Storage;
using EmrSim.Server.Tests.Processes;
using EmrSim.Server.Tests.Storage;

namespace EmrSim.Server.Tests.Backups;

public sealed class RefusalsOnSqlite(SqliteInstallation on) : Refusals(on);

public sealed class RefusalsOnPostgres(PostgresInstallation on) : Refusals(on);

public abstract class Refusals(Installation on)
{
    [Fact]
    public async Task A_restore_under_running_servers_is_refused()
    {
        using var ground = await Ground.OnAsync(on);
        await using var first = await ground.StartAsync();
        var said = await Ground.TalkAsync(first.Http);
        await using (var second = await ground.StartAsync())
        {
            await ground.CreateAsync();
            await ground.RefusesAsync("Stop", "restore", "--replace");
            await first.KillAsync();
            await ground.RefusesAsync("Stop", "restore", "--replace");
            foreach (var (id, words) in said) Assert.Equal(words, await new Encounters.Session(second.Http, id).WordsAsync());
            await second.StopAsync();
        }

        await ground.SucceedsAsync("restore", "--replace");
        await ground.HoldsAsync(said);
    }

    [Fact]
    public async Task A_server_does_not_start_into_a_restore()
    {
        using var ground = await Ground.OnAsync(on);
        await using (await ExcludeAsync(ground.Place))
        {
            await using var server = ServerProcess.Launch(ground.Settings, ground.Place.Directory);
            Assert.Equal(1, await server.ExitAsync());
            await Eventually.TrueAsync(() => server.Output.Contains("being restored", StringComparison.Ordinal), TimeSpan.FromSeconds(5), () => server.Output);
        }

        await using var later = await ground.StartAsync();
    }

    [Fact]
    public async Task What_is_there_is_overwritten_only_on_demand_and_kept_aside()
    {
        using var ground = await Ground.OnAsync(on);
        Dictionary<string, IReadOnlyList<string>> said;
        await using (var server = await ground.StartAsync())
        {
            said = await Ground.TalkAsync(server.Http);
            await ground.CreateAsync();
            await server.StopAsync();
        }

        await ground.RefusesAsync("--replace", "restore");
        var run = await ground.BackupAsync("restore", "--replace");
        Assert.True(run.Code == 0 && run.Output.Contains("kept", StringComparison.Ordinal), run.Everything);
        await ground.HoldsAsync(said);
        await ground.CreateAsync();
        await ground.SucceedsAsync("verify");
    }

    [Fact]
    public async Task A_torn_or_changed_file_is_refused_with_the_reason_and_nothing_changes()
    {
        using var ground = await Ground.OnAsync(on);
        Dictionary<string, IReadOnlyList<string>> said;
        await using (var server = await ground.StartAsync())
        {
            said = await Ground.TalkAsync(server.Http);
            await server.StopAsync();
        }

        var sound = await File.ReadAllBytesAsync(await ground.CreateAsync(), TestContext.Current.CancellationToken);
        var damaged = Path.Combine(ground.Shelf, "damaged.tar.gz");
        foreach (var length in (int[])[0, 10, 200, sound.Length / 2, sound.Length - 1000])
        {
            await File.WriteAllBytesAsync(damaged, sound[..length], TestContext.Current.CancellationToken);
            await ground.RefusesAsync("can't be used", "restore", damaged, "--replace");
        }

        // The last is in the checksum over all, which also covers what no other checksum does: the manifest and the names.
        foreach (var place in (int[])[sound.Length / 4, sound.Length / 2, sound.Length * 3 / 4, sound.Length - 6])
        {
            await File.WriteAllBytesAsync(damaged, Changed(sound, place), TestContext.Current.CancellationToken);
            await ground.RefusesAsync("can't be used", "verify", damaged);
        }

        await ground.HoldsAsync(said);
    }

    // From this place on the first bit that means something: within a run of zeros a packed file can differ and say the same.
    private static byte[] Changed(byte[] sound, int place)
    {
        for (; ; place++)
        {
            var changed = sound.ToArray();
            changed[place] ^= 0x10;
            try
            {
                if (!Unpacked(changed).SequenceEqual(Unpacked(sound))) return changed;
            }
            catch (InvalidDataException)
            {
                return changed;
            }
        }
    }

    private static byte[] Unpacked(byte[] packed)
    {
        using var unpacking = new GZipStream(new MemoryStream(packed), CompressionMode.Decompress);
        using var all = new MemoryStream();
        unpacking.CopyTo(all);
        return all.ToArray();
    }

    [Fact]
    public async Task A_row_that_was_changed_inside_an_otherwise_sound_file_is_refused()
    {
        using var ground = await Ground.OnAsync(on);
        await using (var server = await ground.StartAsync())
        {
            await Ground.TalkAsync(server.Http);
            await server.StopAsync();
        }

        var file = await ground.CreateAsync();
        var forged = Path.Combine(ground.Shelf, "forged.tar.gz");
        await using (var input = new TarReader(new GZipStream(File.OpenRead(file), CompressionMode.Decompress)))
        await using (var output = new TarWriter(new GZipStream(File.Create(forged), CompressionLevel.Fastest)))
        {
            while (await input.GetNextEntryAsync(copyData: true, TestContext.Current.CancellationToken) is { } entry)
            {
                using var bytes = new MemoryStream();
                await entry.DataStream!.CopyToAsync(bytes, TestContext.Current.CancellationToken);
                if (entry.Name != "manifest.json") Replace(bytes.GetBuffer().AsSpan(0, (int)bytes.Length), "encounter 1 turn 2"u8, "encounter 1 turn 9"u8);
                bytes.Position = 0;
                await output.WriteEntryAsync(new PaxTarEntry(TarEntryType.RegularFile, entry.Name) { DataStream = bytes }, TestContext.Current.CancellationToken);
            }
        }

        await ground.RefusesAsync("checksum differs", "verify", forged);
    }

    private static async Task<IAsyncDisposable> ExcludeAsync(Place place) => place.Storage.ConnectionUrl is { } address
        ? (await ServingConnection.TryExcludeAsync(PostgresAddress.ToConnectionString(address), TestContext.Current.CancellationToken))!
        : ServingFile.TryExclude(place.SqliteFile)!;

    private static void Replace(Span<byte> text, ReadOnlySpan<byte> old, ReadOnlySpan<byte> young)
    {
        var at = text.IndexOf(old);
        Assert.True(at >= 0);
        young.CopyTo(text[at..]);
    }
}
