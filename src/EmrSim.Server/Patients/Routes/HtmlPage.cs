using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using EmrSim.Server.Patients.Content;

namespace EmrSim.Server.Patients.Routes;

/// <summary>A plain page to read and print. Everything from content is escaped here and nowhere else. Its style is a file of its own, for the content policy.</summary>
internal sealed class HtmlPage
{
    public const string Style =
        "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1a1a1a}h1{font-size:1.6rem}h2{font-size:1.15rem;border-bottom:1px solid #ccc;margin-top:2rem}" +
        "dl{margin:0}dt{font-weight:600}dd{margin:0 0 .4rem 1rem}ul{margin:.2rem 0}section{break-inside:avoid-page}";

    private readonly StringBuilder _html = new();

    public HtmlPage(string title) =>
        _html.Append("<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\"><title>").Append(Escape(title)).Append("</title><link rel=\"stylesheet\" href=\"/paper.css\">")
            .Append("</head><body><h1>").Append(Escape(title)).Append("</h1>");

    public HtmlPage Section(string heading, JsonElement content)
    {
        Open(heading);
        if (IsEmpty(content)) _html.Append("<p>None.</p>");
        else Value(content);
        return Close();
    }

    public HtmlPage Section(string heading, IEnumerable<string> lines)
    {
        Open(heading);
        var any = false;
        foreach (var line in lines)
        {
            _html.Append(any ? "" : "<ul>").Append("<li>").Append(Escape(line)).Append("</li>");
            any = true;
        }

        _html.Append(any ? "</ul>" : "<p>None.</p>");
        return Close();
    }

    public string Finish() => _html.Append("</body></html>").ToString();

    private void Open(string heading) => _html.Append("<section><h2>").Append(Escape(heading)).Append("</h2>");

    private HtmlPage Close()
    {
        _html.Append("</section>");
        return this;
    }

    private void Value(JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                _html.Append("<dl>");
                foreach (var field in value.EnumerateObject().Where(static field => !IsEmpty(field.Value)))
                {
                    _html.Append("<dt>").Append(Escape(field.Name.Replace('_', ' '))).Append("</dt><dd>");
                    Value(field.Value);
                    _html.Append("</dd>");
                }

                _html.Append("</dl>");
                break;
            case JsonValueKind.Array:
                _html.Append("<ul>");
                foreach (var item in value.EnumerateArray())
                {
                    _html.Append("<li>");
                    Value(item);
                    _html.Append("</li>");
                }

                _html.Append("</ul>");
                break;
            default:
                _html.Append(Escape(value.Scalar() ?? ""));
                break;
        }
    }

    private static bool IsEmpty(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Undefined or JsonValueKind.Null => true,
        JsonValueKind.Array => value.GetArrayLength() == 0,
        JsonValueKind.Object => !value.EnumerateObject().Any(),
        JsonValueKind.String => value.GetString()!.Length == 0,
        _ => false,
    };

    private static string Escape(string text) => HtmlEncoder.Default.Encode(text);
}
