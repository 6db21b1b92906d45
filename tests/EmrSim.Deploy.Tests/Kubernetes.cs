using EmrSim.Server.Tests.Processes;
using k8s;
using k8s.Models;

namespace EmrSim.Deploy.Tests;

/// <summary>The manifests without a cluster: rendered by kubectl, read strictly by the types of the API, held against the server.</summary>
public sealed class Kubernetes
{
    public static TheoryData<string> Overlays => ["external-redis", "redis-sentinel"];

    [Theory]
    [MemberData(nameof(Overlays))]
    public async Task Every_field_is_one_that_the_api_knows(string overlay)
    {
        var objects = await RenderAsync(overlay);
        Assert.Contains(objects, static found => found is V1Deployment { Spec.Replicas: 3 });
        Assert.Contains(objects, static found => found is V1PodDisruptionBudget);
        Assert.Contains(objects, static found => found is V2HorizontalPodAutoscaler);
        Assert.Contains(objects, static found => found is V1NetworkPolicy);
        Assert.Contains(objects, static found => found is V1Ingress);
    }

    [Theory]
    [MemberData(nameof(Overlays))]
    public async Task Pods_have_no_rights_and_pull_no_surprises(string overlay)
    {
        foreach (var pod in Pods(await RenderAsync(overlay)))
        {
            Assert.True(pod.SecurityContext.RunAsNonRoot);
            Assert.False(pod.AutomountServiceAccountToken);
            Assert.NotNull(pod.Affinity.PodAntiAffinity);
            foreach (var container in pod.Containers)
            {
                Assert.True(container.SecurityContext.ReadOnlyRootFilesystem);
                Assert.False(container.SecurityContext.AllowPrivilegeEscalation);
                Assert.Equal("ALL", Assert.Single(container.SecurityContext.Capabilities.Drop));
                Assert.NotNull(container.Resources.Limits["memory"]);
                Assert.NotNull(container.ReadinessProbe);
                Assert.Contains(':', container.Image);
                Assert.DoesNotContain(":latest", container.Image, StringComparison.Ordinal);
                Assert.All(container.Env, static variable => Assert.True(variable.ValueFrom is not null || !variable.Name.Contains("PASSWORD", StringComparison.Ordinal)));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Overlays))]
    public async Task The_instances_are_asked_and_told_what_they_know(string overlay)
    {
        var objects = await RenderAsync(overlay);
        var (_, known, _) = await Tools.EmrsimAsync("settings");
        var container = objects.OfType<V1Deployment>().Single().Spec.Template.Spec.Containers.Single();
        var map = objects.OfType<V1ConfigMap>().Single(static map => map.Name().StartsWith("emrsim-", StringComparison.Ordinal));
        Assert.All(container.Env.Select(static variable => variable.Name).Concat(map.Data.Keys), name => Assert.Contains($"`{name}`", known, StringComparison.Ordinal));
        Assert.Equal(map.Name(), container.EnvFrom.Single().ConfigMapRef.Name);
        var settings = container.Env.Where(static variable => variable.Value is not null).ToDictionary(static variable => variable.Name, static variable => variable.Value);
        if (settings.TryGetValue("SESSION_STORE_URL", out var url)) Assert.True(SessionStore.StoreUrl.TryParse(url, out _, out var problem), problem);
        await using var server = await ServerProcess.StartAsync(new Dictionary<string, string>(map.Data.Where(static pair => pair.Key is not ("HOST" or "PORT" or "DATA_DIR")).ToDictionary()) { ["TEACHER_KEY"] = "t" });
        foreach (var probe in (V1Probe[])[container.StartupProbe, container.LivenessProbe, container.ReadinessProbe])
        {
            using var answer = await server.Http.GetAsync(new Uri(probe.HttpGet.Path, UriKind.Relative), TestContext.Current.CancellationToken);
            Assert.True(answer.IsSuccessStatusCode, probe.HttpGet.Path);
        }

        // SIGTERM: out within what the pod is given.
        var began = TimeProvider.System.GetTimestamp();
        Assert.Equal(0, await server.StopAsync());
        Assert.True(TimeProvider.System.GetElapsedTime(began).TotalSeconds < objects.OfType<V1Deployment>().Single().Spec.Template.Spec.TerminationGracePeriodSeconds);
    }

    [Fact]
    public async Task Shell_scripts_are_sound()
    {
        foreach (var script in Directory.EnumerateFiles(Path.Combine(ComposeFile.Folder, "kubernetes"), "*.sh", SearchOption.AllDirectories))
        {
            var (code, _, errors) = await Tools.RunAsync("sh", ["-n", script]);
            Assert.True(code == 0, errors);
        }
    }

    private static IEnumerable<V1PodSpec> Pods(IReadOnlyList<object> objects) =>
        objects.OfType<V1Deployment>().Select(static found => found.Spec.Template.Spec).Concat(objects.OfType<V1StatefulSet>().Select(static found => found.Spec.Template.Spec));

    private static async Task<IReadOnlyList<object>> RenderAsync(string overlay)
    {
        Tools.Need("kubectl", "kubernetes-client");
        var (code, output, errors) = await Tools.RunAsync("kubectl", ["kustomize", Path.Combine(ComposeFile.Folder, "kubernetes", "overlays", overlay)]);
        Assert.True(code == 0, errors);
        return KubernetesYaml.LoadAllFromString(output, strict: true);
    }
}
