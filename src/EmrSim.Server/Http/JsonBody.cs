using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json;
using System.Text.Unicode;

namespace EmrSim.Server.Http;

/// <summary>
/// A request's JSON body read field by field, because the contract answers each missing or wrong field with its own code.
/// A body that is missing or of another media type is an empty object, as for the earlier backend.
/// </summary>
public readonly struct JsonBody
{
    private readonly JsonElement _root;

    private JsonBody(JsonElement root) => _root = root;

    public static async ValueTask<JsonBody> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (!request.HasJsonContentType() || request.ContentLength == 0) return default;
        var reader = request.BodyReader;
        var read = await reader.ReadAsync(cancellationToken);
        while (!read.IsCompleted)
        {
            reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
            read = await reader.ReadAsync(cancellationToken);
        }

        try
        {
            return read.Buffer.IsEmpty ? default : new(Parse(read));
        }
        catch (JsonException)
        {
            throw new ApiErrorException(ApiError.BadRequest("invalid_json", "Send one JSON object, encoded as UTF-8."));
        }
        finally
        {
            reader.AdvanceTo(read.Buffer.End);
        }
    }

    /// <summary>The field, or one of kind Undefined when the body has no such field.</summary>
    public JsonElement this[string name] =>
        _root.ValueKind == JsonValueKind.Object && _root.TryGetProperty(name, out var value) ? value : default;

    /// <summary>The field when it is a string that is not blank, trimmed; else null.</summary>
    public string? Text(string name) =>
        this[name] is { ValueKind: JsonValueKind.String } value && value.GetString()!.Trim() is { Length: > 0 } text ? text : null;

    private static JsonElement Parse(ReadResult read)
    {
        // The parser takes any bytes inside strings for text.
        if (!Utf8.IsValid(read.Buffer.IsSingleSegment ? read.Buffer.FirstSpan : read.Buffer.ToArray())) throw new JsonException("Not UTF-8.");
        using var document = JsonDocument.Parse(read.Buffer);
        var root = document.RootElement;
        if (root.ValueKind is not (JsonValueKind.Object or JsonValueKind.Array)) throw new JsonException("Only objects and arrays.");
        if (MayHoldSurrogates(read.Buffer)) HalfPairs.Refuse(root);
        return root.Clone();
    }

    private static bool MayHoldSurrogates(ReadOnlySequence<byte> body)
    {
        var reader = new SequenceReader<byte>(body);
        return reader.TryReadTo(out ReadOnlySequence<byte> _, "\\ud"u8) || new SequenceReader<byte>(body).TryReadTo(out ReadOnlySequence<byte> _, "\\uD"u8);
    }
}
