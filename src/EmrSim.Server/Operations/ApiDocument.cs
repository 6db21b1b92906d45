using EmrSim.Contracts;
using EmrSim.Server.Http;
using Microsoft.OpenApi;
using Scalar.AspNetCore;

namespace EmrSim.Server.Operations;

/// <summary>The OpenAPI document and a page to read it.</summary>
public static class ApiDocument
{
    private const string Page = """
        <!doctype html>
        <html lang="en">
        <head>
          <meta charset="utf-8">
          <meta name="viewport" content="width=device-width, initial-scale=1">
          <title>EMRsim API</title>
          <link rel="icon" href="data:,">
        </head>
        <body>
          <script id="api-reference" data-url="/openapi/v1.json" data-configuration='{"withDefaultFonts":false,"telemetry":false,"showDeveloperTools":"never","agent":{"disabled":true},"mcp":{"disabled":true}}'></script>
          <script src="/api-docs/reader/scalar.js"></script>
        </body>
        </html>
        """;

    // What is told over the live doors stands in no route, and the page's types come from this document.
    private static readonly Type[] s_told = [typeof(TranscriptEntry), typeof(EncounterChange), typeof(TranscriptErrorNotice), typeof(MediaRef)];

    public static void AddApiDocument(this IServiceCollection services) => services.AddOpenApi("v1", options => options.AddDocumentTransformer(async (document, context, token) =>
    {
        document.Info = new OpenApiInfo
        {
            Title = "EMRsim",
            Version = BuildVersion.Number,
            Description = "Encounters with simulated patients: cases, sessions, transcripts, voice.",
        };
        foreach (var type in s_told) document.AddComponent(type.Name, await context.GetOrCreateSchemaAsync(type, null, token));
    }));

    public static void MapApiDocument(this WebApplication app)
    {
        app.MapOpenApi();
        // The package's own page starts itself by a script within the page, which our content security policy forbids.
        app.MapGet("/api-docs", static (HttpContext context) =>
        {
            SecurityHeaders.AllowInlineStyle(context.Response.Headers);
            return Results.Content(Page, "text/html; charset=utf-8");
        }).ExcludeFromDescription();
        app.MapScalarApiReference("/api-docs/reader");
    }
}
