using System.Text.Json;
using System.Text.Json.Serialization;

namespace EmrSim.Server.Backups;

/// <summary>What is in a backup, as written into it at its beginning. Fields may be added, never changed: old backups must stay readable.</summary>
/// <param name="Format">1.</param>
/// <param name="Program">The version that made it.</param>
/// <param name="Reason">manual or scheduled.</param>
/// <param name="Content">custom when the directory of CONTENT_DIR is in it, else built-in.</param>
/// <param name="Files">Every other file in the backup.</param>
public sealed record BackupManifest(
    int Format,
    string Program,
    DateTimeOffset CreatedAt,
    string Reason,
    DatabaseContents Database,
    string Content,
    IReadOnlyList<BackupFile> Files)
{
    public const int KnownFormat = 1;
}

/// <param name="Kind">sqlite or postgresql.</param>
/// <param name="Server">The version of SQLite or of the PostgreSQL server.</param>
/// <param name="Schema">The newest migration that was applied.</param>
public sealed record DatabaseContents(string Kind, string Server, int Schema, IReadOnlyList<TableContents> Tables);

/// <param name="Digest">A sum over all rows that does not depend on their order; null where the file's own checksum says as much.</param>
public sealed record TableContents(string Name, long Rows, string? Digest);

public sealed record BackupFile(string Path, long Size, string Sha256);

/// <summary>A backup can't be made, read or restored. The message is one line for the operator, without secrets.</summary>
public sealed class BackupRefusedException(string message, Exception? inner = null) : Exception(message, inner);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(BackupManifest))]
internal sealed partial class BackupJson : JsonSerializerContext;
