using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text.Json;

namespace EmrSim.Server.Backups;

/// <summary>
/// The one file that a backup is: a gzipped tar, which every system can open without us, with the manifest first. It has its name
/// only once it is complete and on the disk.
/// </summary>
internal static class BackupArchive
{
    public const string ManifestName = "manifest.json";
    private const int LargestManifest = 64 * 1024 * 1024;
    private const UnixFileMode OwnersMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    public static async Task<BackupFile> DescribeAsync(string root, string path, CancellationToken cancellationToken)
    {
        await using var file = File.OpenRead(Path.Combine(root, path));
        return new(path, file.Length, Convert.ToHexStringLower(await SHA256.HashDataAsync(file, cancellationToken)));
    }

    /// <summary>Packs the manifest and the files that it names, which lie in <paramref name="staging"/>.</summary>
    public static async Task WriteAsync(BackupManifest manifest, string staging, string target, CancellationToken cancellationToken)
    {
        var unfinished = Path.Combine(staging, "archive");
        await using (var file = OwnerOnly.Create(unfinished))
        {
            await using (var packed = new GZipStream(file, CompressionLevel.Fastest, leaveOpen: true))
            await using (var tar = new TarWriter(packed, TarEntryFormat.Pax))
            {
                using var text = new MemoryStream(JsonSerializer.SerializeToUtf8Bytes(manifest, BackupJson.Default.BackupManifest));
                await tar.WriteEntryAsync(new PaxTarEntry(TarEntryType.RegularFile, ManifestName) { DataStream = text, ModificationTime = manifest.CreatedAt }, cancellationToken);
                foreach (var one in manifest.Files)
                {
                    await using var data = File.OpenRead(Path.Combine(staging, one.Path));
                    await tar.WriteEntryAsync(new PaxTarEntry(TarEntryType.RegularFile, one.Path) { DataStream = data, ModificationTime = manifest.CreatedAt, Mode = OwnersMode }, cancellationToken);
                }
            }

            file.Flush(flushToDisk: true);
        }

        File.Move(unfinished, target, overwrite: false);
    }

    /// <summary>The manifest alone, without reading the rest.</summary>
    public static Task<BackupManifest> ReadManifestAsync(string path, CancellationToken cancellationToken) =>
        ReadAsync(path, static async (_, tar, ct) => await ManifestAsync(tar, ct), cancellationToken);

    /// <summary>Unpacks everything into <paramref name="directory"/> and compares it with the manifest, byte by byte.</summary>
    public static Task<BackupManifest> UnpackAsync(string path, string directory, CancellationToken cancellationToken) => ReadToTheEndAsync(
        path,
        async (tar, ct) =>
        {
            var manifest = await ManifestAsync(tar, ct);
            var expected = manifest.Files.ToDictionary(static file => file.Path, StringComparer.Ordinal);
            while (await tar.GetNextEntryAsync(copyData: false, ct) is { } entry)
            {
                if (!expected.Remove(entry.Name, out var file) || entry.EntryType != TarEntryType.RegularFile) throw new BackupRefusedException($"{entry.Name} is in it, but not in its manifest");
                await UnpackAsync(entry, file, directory, ct);
            }

            if (expected.Count > 0) throw new BackupRefusedException($"{expected.Keys.First()} is missing");
            return manifest;
        },
        cancellationToken);

    private static async Task<BackupManifest> ManifestAsync(TarReader tar, CancellationToken cancellationToken)
    {
        var first = await tar.GetNextEntryAsync(copyData: false, cancellationToken);
        if (first?.Name != ManifestName || first.DataStream is null || first.Length > LargestManifest) throw new BackupRefusedException("it does not begin with a manifest: this is no backup of EMRsim");
        var manifest = await JsonSerializer.DeserializeAsync(first.DataStream, BackupJson.Default.BackupManifest, cancellationToken);
        if (manifest is not { Database.Tables: not null, Files: not null }) throw new BackupRefusedException("its manifest is not complete");
        if (manifest.Format > BackupManifest.KnownFormat) throw new BackupRefusedException($"it was made by a newer version ({manifest.Program}), which this one can't read");
        return manifest;
    }

    private static async Task UnpackAsync(TarEntry entry, BackupFile file, string directory, CancellationToken cancellationToken)
    {
        var target = Path.GetFullPath(Path.Combine(directory, file.Path));
        if (!target.StartsWith(Path.GetFullPath(directory) + Path.DirectorySeparatorChar, StringComparison.Ordinal)) throw new BackupRefusedException($"{file.Path} would be written outside its place");
        if (entry.Length != file.Size) throw new BackupRefusedException($"{file.Path} has {entry.Length} bytes, its manifest says {file.Size}");
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        await using (var output = OwnerOnly.Create(target))
        {
            if (entry.DataStream is { } data) await data.CopyToAsync(output, cancellationToken);
            output.Flush(flushToDisk: true);
        }

        if ((await DescribeAsync(directory, file.Path, cancellationToken)).Sha256 != file.Sha256) throw new BackupRefusedException($"{file.Path} is not what was written: its checksum differs");
    }

    // The checksum over all of it comes last (RFC 1952), and is compared when it is reached.
    private static Task<T> ReadToTheEndAsync<T>(string path, Func<TarReader, CancellationToken, Task<T>> read, CancellationToken cancellationToken) => ReadAsync(
        path,
        async (unpacked, tar, ct) =>
        {
            var answer = await read(tar, ct);
            await unpacked.CopyToAsync(Stream.Null, ct);
            return answer;
        },
        cancellationToken);

    private static async Task<T> ReadAsync<T>(string path, Func<Stream, TarReader, CancellationToken, Task<T>> read, CancellationToken cancellationToken)
    {
        var name = Path.GetFileName(path);
        try
        {
            await using var file = File.OpenRead(path);
            await using var unpacked = new GZipStream(file, CompressionMode.Decompress);
            await using var tar = new TarReader(unpacked);
            return await read(unpacked, tar, cancellationToken);
        }
        catch (BackupRefusedException reason)
        {
            throw new BackupRefusedException($"{name} can't be used: {reason.Message}. Take another backup: emrsim backup list", reason);
        }
        catch (Exception torn) when (torn is InvalidDataException or EndOfStreamException or JsonException)
        {
            throw new BackupRefusedException($"{name} can't be used: it is torn or damaged ({torn.Message.TrimEnd('.')}). Take another backup: emrsim backup list", torn);
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException or UnauthorizedAccessException)
        {
            throw new BackupRefusedException($"{path} can't be read: {missing.Message}", missing);
        }
    }
}
