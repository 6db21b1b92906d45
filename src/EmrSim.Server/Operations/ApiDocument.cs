using Microsoft.OpenApi;
using Scalar.AspNetCore;

namespace EmrSim.Server.Operations;

/// <summary>The OpenAPI document and a page to read it.</summary>
public static class ApiDocument
{
    public static void AddApiDocument(this IServiceCollection services) => services.AddOpenApi("v1", options => options.AddDocumentTransformer((document, _, _) =>
    {
        document.Info = new OpenApiInfo
        {
            Title = "EMRsim",
            Version = BuildVersion.Number,
            Description = "Encounters with simulated patients: cases, sessions, transcripts, voice.",
        };
        return Task.CompletedTask;
    }));

    public static void MapApiDocument(this WebApplication app)
    {
        app.MapOpenApi();
        app.MapScalarApiReference("/api-docs", options => options.WithTitle("EMRsim API").WithOpenApiRoutePattern("/openapi/{documentName}.json"));
    }
}
