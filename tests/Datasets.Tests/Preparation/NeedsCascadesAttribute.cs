using FaceMix.Datasets.Preparation;

namespace FaceMix.Tests.Datasets.Preparation;

/// <summary>A fact that finds faces with OpenCV's cascades.</summary>
public sealed class NeedsCascadesAttribute()
    : NeedsAttribute(File.Exists(new PreparationOptions().FaceCascade) ? null : "OpenCV's cascades are missing: apt-get install opencv-data.");
