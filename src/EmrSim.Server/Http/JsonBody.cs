using System.Text.Json;

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
        try
        {
            using var document = await JsonDocument.ParseAsync(request.Body, default, cancellationToken);
            if (document.RootElement.ValueKind is JsonValueKind.Object or JsonValueKind.Array) return new(document.RootElement.Clone());
        }
        catch (JsonException) when (request.ContentLength is null && request.Body.CanSeek && request.Body.Length == 0)
        {
            return default;
        }
        catch (JsonException)
        {
        }

        throw new ApiErrorException(ApiError.BadRequest("invalid_json", "Send one JSON object, encoded as UTF-8."));
    }

    /// <summary>The field, or one of kind Undefined when the body has no such field.</summary>
    public JsonElement this[string name] =>
        _root.ValueKind == JsonValueKind.Object && _root.TryGetProperty(name, out var value) ? value : default;

    /// <summary>The field when it is a string that is not blank, trimmed; else null.</summary>
    public string? Text(string name) =>
        this[name] is { ValueKind: JsonValueKind.String } value && value.GetString()!.Trim() is { Length: > 0 } text ? text : null;
}
