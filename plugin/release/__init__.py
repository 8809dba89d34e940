"""What makes and checks a release. No part of the package."""
