using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace EmrSim.Server.Tests.Patients;

/// <summary>One change made by chance to one content file: to its bytes, or to one place of its JSON.</summary>
internal sealed record Mutation(string Told, byte[]? Bytes)
{
    private const string Mark = "\u0001here\u0001";
    private static readonly string[] s_literals =
    [
        "null", "true", "0", "-1", "1e400", "-0.0", "9223372036854775808", "1.5", "\"\"", "\"  \"", "\"x\"", "[]", "[null]", "[[]]", "{}", "{\"\":null}", "[{}]", "[1,\"x\",null]",
        "\"\\ud800\"", "\"\\udc00x\"", "\"\\u0000\"", "\"\\u202e\\ufeff\\u2028\"", "\"e\\u0301\\ud83d\\ude00\"", "{\"\\ud800\":1}", "{\"a\":1,\"a\":2}", "{\"$ref\":\"#/definitions/none\"}",
        "\"../../../etc/passwd\"", "\"/media/\\u0000\"", "\"/media/../../x\"", "\"[MEDIA:]\"", "\"[MEDIA:[[]]\"", "\"(((((\"", "\"{0}{1}{\"", "\"a: {\"", "\"a: [\"", "\".\"", "\"_\"", "\":\"", "\"none\"", "\"retired\"", "NaN", "tru", ",", "",
    ];

    /// <summary>Nothing is wrong with a list that has one entry less.</summary>
    public bool IsShorterList => Told.StartsWith("without ", StringComparison.Ordinal) && Told.EndsWith(']');

    /// <summary>Null bytes: the file is taken away.</summary>
    public static Mutation Of(byte[] original, Random random) => random.Next(10) switch
    {
        0 => OfBytes(original, random),
        _ => OfPlace(original, random),
    };

    private static Mutation OfBytes(byte[] original, Random random)
    {
        var at = random.Next(original.Length);
        switch (random.Next(7))
        {
            case 0: return new("taken away", null);
            case 1: return new("emptied", []);
            case 2: return new($"torn at byte {at}", original[..at]);
            case 3: return new("begins with a byte order mark", [0xEF, 0xBB, 0xBF, .. original]);
            case 4: return new("in UTF-16", Encoding.Unicode.GetBytes(Encoding.UTF8.GetString(original)));
            case 5: return new($"no UTF-8 at byte {at}", [.. original[..at], 0xC3, 0x28, 0xFF, .. original[at..]]);
            default:
                byte[] flipped = [.. original];
                flipped[at] ^= (byte)(1 << random.Next(8));
                return new($"a bit of byte {at} turned", flipped);
        }
    }

    private static Mutation OfPlace(byte[] original, Random random)
    {
        var root = JsonNode.Parse(original)!;
        var (owner, key, index) = Place(root, random);
        var before = (key is null ? owner[index] : owner[key])?.ToJsonString() ?? "null";
        var at = (key is null ? owner[index] : owner[key])?.GetPath() ?? $"{owner.GetPath()}.{key ?? index.ToString(CultureInfo.InvariantCulture)}";
        var kind = random.Next(6);
        if (kind == 0)
        {
            if (key is null) owner.AsArray().RemoveAt(index);
            else owner.AsObject().Remove(key);
            return new($"without {at}", Encoding.UTF8.GetBytes(root.ToJsonString()));
        }

        if (kind == 5 && random.Next(4) == 0)
        {
            var whole = Literal(random);
            return new($"nothing but {Short(whole)}", Encoding.UTF8.GetBytes(whole));
        }

        if (key is null) owner[index] = Mark;
        else owner[key] = Mark;
        var literal = Literal(random);
        var (told, put) = kind switch
        {
            1 when key is not null => ($"{at} twice", $"{before},{JsonSerializer.Serialize(key)}:{(random.Next(2) == 0 ? before : literal)}"),
            1 => ($"{at} twice", $"{before},{before}"),
            2 when key is not null => ($"a strange key beside {at}", $"{before},{(random.Next(2) == 0 ? "\"\\ud800\"" : "\"\\u0000\"")}:1"),
            3 => ($"{at} in a list", $"[{before}]"),
            _ => ($"{at} is {Short(literal)}", literal),
        };
        return new(told, Encoding.UTF8.GetBytes(root.ToJsonString().Replace(JsonSerializer.Serialize(Mark), put, StringComparison.Ordinal)));
    }

    private static string Literal(Random random)
    {
        if (random.Next(5) > 0) return s_literals[random.Next(s_literals.Length)];
        var depth = random.Next(3) switch { 0 => random.Next(40, 70), 1 => random.Next(100, 140), _ => 50_000 };
        return random.Next(4) switch
        {
            0 => new string('[', depth) + new string(']', depth),
            1 => string.Concat(Enumerable.Repeat("{\"a\":", depth)) + "1" + new string('}', depth),
            2 => JsonSerializer.Serialize(string.Concat(Enumerable.Repeat(random.Next(2) == 0 ? "pain " : "a", random.Next(200_000)))),
            _ => $"[{string.Join(',', Enumerable.Repeat(s_literals[random.Next(12)], random.Next(5_000)))}]",
        };
    }

    private static (JsonNode Owner, string? Key, int Index) Place(JsonNode root, Random random)
    {
        var places = new List<(JsonNode, string?, int)>();
        var open = new Stack<JsonNode>([root]);
        while (open.TryPop(out var node))
        {
            if (node is JsonObject fields)
            {
                foreach (var (name, value) in fields)
                {
                    places.Add((node, name, 0));
                    if (value is not null) open.Push(value);
                }
            }
            else if (node is JsonArray items)
            {
                for (var index = 0; index < items.Count; index++)
                {
                    places.Add((node, null, index));
                    if (items[index] is { } value) open.Push(value);
                }
            }
        }

        // Half of them near the root, where the ids and the shape are.
        var near = places.Where(static place => place.Item1.Parent is null).ToList();
        var from = random.Next(2) == 0 ? near : places;
        return from[random.Next(from.Count)];
    }

    private static string Short(string literal) => literal.Length <= 60 ? literal : $"{literal[..60]}… ({literal.Length} characters)";
}
