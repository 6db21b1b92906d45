using System.Text;

namespace EmrSim.Server.Operations;

/// <summary>The tags of one series; compared by value without building text, since every measurement looks its series up.</summary>
public readonly struct TagSet : IEquatable<TagSet>
{
    private readonly KeyValuePair<string, object?> _first;
    private readonly KeyValuePair<string, object?> _second;
    private readonly KeyValuePair<string, object?> _third;
    private readonly KeyValuePair<string, object?> _fourth;
    private readonly int _count;

    public TagSet(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        _count = Math.Min(tags.Length, 4);
        if (_count > 0) _first = tags[0];
        if (_count > 1) _second = tags[1];
        if (_count > 2) _third = tags[2];
        if (_count > 3) _fourth = tags[3];
    }

    public bool Has(string name, string value)
    {
        for (var i = 0; i < _count; i++)
        {
            var tag = At(i);
            if (tag.Key == name && tag.Value?.ToString() == value) return true;
        }

        return false;
    }

    /// <summary>The labels in braces, or nothing when there are none.</summary>
    public string Labels(string? last = null)
    {
        if (_count == 0 && last is null) return "";
        var text = new StringBuilder("{");
        for (var i = 0; i < _count; i++)
        {
            var tag = At(i);
            var value = Convert.ToString(tag.Value, System.Globalization.CultureInfo.InvariantCulture) ?? "";
            text.Append(tag.Key.Replace('.', '_')).Append("=\"")
                .Append(value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal))
                .Append("\",");
        }

        return last is null ? text.ToString(0, text.Length - 1) + "}" : text.Append(last).Append('}').ToString();
    }

    public bool Equals(TagSet other)
    {
        if (_count != other._count) return false;
        for (var i = 0; i < _count; i++)
        {
            var (mine, its) = (At(i), other.At(i));
            if (mine.Key != its.Key || !Equals(mine.Value, its.Value)) return false;
        }

        return true;
    }

    public override bool Equals(object? obj) => obj is TagSet other && Equals(other);

    public override int GetHashCode() => HashCode.Combine(_count, _first.Value, _second.Value, _third.Value, _fourth.Value);

    public static bool operator ==(TagSet left, TagSet right) => left.Equals(right);

    public static bool operator !=(TagSet left, TagSet right) => !left.Equals(right);

    private KeyValuePair<string, object?> At(int index) => index switch { 0 => _first, 1 => _second, 2 => _third, _ => _fourth };
}
