package main

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"time"
)

// The clients of a control plane and the group each speaks for.
var clients = map[string]pkix.Name{
	"admin":             {CommonName: "admin", Organization: []string{"system:masters"}},
	"controllers":       {CommonName: "system:kube-controller-manager"},
	"scheduler":         {CommonName: "system:kube-scheduler"},
	"apiserver-kubelet": {CommonName: "apiserver-kubelet", Organization: []string{"system:masters"}},
	"front-proxy":       {CommonName: "front-proxy"},
}

var serverNames = []string{"localhost", "kubernetes", "kubernetes.default", "kubernetes.default.svc"}

type authority struct {
	folder      string
	certificate *x509.Certificate
	key         crypto.Signer
}

// Writes the certificates of one control plane into a folder: an authority of its own, the API server for the given
// addresses, its clients, and the key that signs service accounts' tokens. Valid for a day: they serve tests.
func writeCertificates() int {
	if len(os.Args) < 3 {
		fmt.Fprintln(os.Stderr, "usage: kube certificates FOLDER ADDRESS...")
		return 2
	}
	if err := certificates(os.Args[1], os.Args[2:]); err != nil {
		fmt.Fprintln(os.Stderr, "certificates:", err)
		return 1
	}
	return 0
}

func certificates(folder string, addresses []string) error {
	ca := &authority{folder: folder}
	template := &x509.Certificate{Subject: pkix.Name{CommonName: "berth-test"}, IsCA: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign}
	if err := ca.issue("ca", template); err != nil {
		return err
	}
	server := &x509.Certificate{Subject: pkix.Name{CommonName: "kube-apiserver"}, DNSNames: serverNames, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}}
	for _, address := range addresses {
		server.IPAddresses = append(server.IPAddresses, net.ParseIP(address))
	}
	if err := ca.issue("apiserver", server); err != nil {
		return err
	}
	for name, subject := range clients {
		if err := ca.issue(name, &x509.Certificate{Subject: subject, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}}); err != nil {
			return err
		}
	}
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return err
	}
	return writeKey(filepath.Join(folder, "sa.key"), key)
}

// The first certificate issued is the authority's own.
func (ca *authority) issue(name string, template *x509.Certificate) error {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	if err != nil {
		return err
	}
	template.SerialNumber, template.BasicConstraintsValid = serial, true
	template.NotBefore, template.NotAfter = time.Now().Add(-time.Minute), time.Now().Add(24*time.Hour)
	if ca.certificate == nil {
		ca.certificate, ca.key = template, key
	}
	bytes, err := x509.CreateCertificate(rand.Reader, template, ca.certificate, key.Public(), ca.key)
	if err != nil {
		return err
	}
	path := filepath.Join(ca.folder, name)
	if err := os.WriteFile(path+".crt", pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: bytes}), 0o600); err != nil {
		return err
	}
	return writeKey(path+".key", key)
}

func writeKey(path string, key any) error {
	bytes, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return err
	}
	return os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: bytes}), 0o600)
}
